import Augmentation
import Base
import Foundation
import Images
import Testing

@testable import Augmentation

@Suite("Weak augmentation")
struct WeakAugmentationSpecs {
    /// Smooth and without symmetry.
    private func landscape(width: Int, height: Int) -> RGBImage {
        RGBImage(width: width, height: height) { pixels in
            for y in 0..<height {
                for x in 0..<width {
                    let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
                    pixels[(y * width + x) * 3] = UInt8(40 + 170 * u)
                    pixels[(y * width + x) * 3 + 1] = UInt8(30 + 180 * v)
                    pixels[(y * width + x) * 3 + 2] = UInt8(128 + 90 * sin(5 * u) * cos(4 * v))
                }
            }
        }
    }

    private func meanDifference(_ a: RGBImage, _ b: RGBImage) -> Double {
        Double(zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.pixels.count)
    }

    @Test("at rest looks at what the evaluation geometry looks at", arguments: Fit.allCases, [(64, 64), (200, 120), (90, 140), (30, 41)])
    func identity(_ fit: Fit, _ sides: (Int, Int)) {
        // Given a picture, larger or smaller than needed, and no change drawn
        let geometry = EvaluationGeometry(size: 48, fit: fit)
        let image = landscape(width: sides.0, height: sides.1)
        // When resampled
        let result = AffineResampling(geometry: geometry, choice: WeakChoice()).apply(to: geometry.reduced(image))
        // Then it is the evaluation picture within the blur of one bilinear resampling
        #expect(meanDifference(result, geometry.apply(to: image)) < 1.5)
    }

    @Test("turns by the drawn angle, counter-clockwise")
    func rotation() {
        // Given a bright dot right of the centre of a dark picture, 12 pixels away
        let image = RGBImage(width: 65, height: 65) { pixels in
            pixels.update(repeating: 0)
            for y in 31...33 { for x in 43...45 { for c in 0..<3 { pixels[(y * 65 + x) * 3 + c] = 250 } } }
        }
        var choice = WeakChoice()
        choice.angle = .pi / 6
        // When turned by 30° without a change of size
        let result = AffineResampling(geometry: EvaluationGeometry(size: 65, fit: .squish), choice: choice).apply(to: image)
        // Then the dot lies 12 · cos 30° = 10.4 to the right and 12 · sin 30° = 6 above the centre (32, 32)
        #expect(result[42, 26].red > 200)
        #expect(result[44, 32].red < 50)
    }

    @Test("mirrors, and zooms in")
    func mirrorAndZoom() {
        let image = landscape(width: 48, height: 48)
        let geometry = EvaluationGeometry(size: 48, fit: .squish)
        // Given a mirror left-right, and one top-bottom
        var choice = WeakChoice()
        choice.mirrored = true
        // When resampled at the same size, Then it is exactly the mirror image
        #expect(AffineResampling(geometry: geometry, choice: choice).apply(to: image) == Orientation.mirrored.applied(to: image))
        choice.mirrored = false
        choice.flipped = true
        #expect(AffineResampling(geometry: geometry, choice: choice).apply(to: image) == Orientation.flipped.applied(to: image))
        // Given a zoom of 2: the red of the corner is that of the quarter point, 40 + 170 / 4
        choice = WeakChoice()
        choice.zoom = 2
        let corner = AffineResampling(geometry: geometry, choice: choice).apply(to: image)[0, 0].red
        #expect(abs(Int(corner) - 82) <= 2)
    }

    @Test("reflects at the borders", arguments: [(0, 0), (4, 4), (-1, 0), (-5, 4), (-6, 4), (5, 4), (9, 0), (10, 0), (-11, 0), (23, 3)])
    func reflection(index: Int, expected: Int) {
        // Given five pixels: 0 1 2 3 4 | 4 3 2 1 0 | 0 1 … and the same to the left
        #expect(BilinearSampler.reflected(index, 5) == expected)
    }

    @Test("brightens and stretches by one table")
    func tone() throws {
        // Given two greys 100 and 150, mean 125
        let image = try RGBImage(width: 2, height: 1, pixels: [100, 100, 100, 150, 150, 150])
        // When brightness is 1.2 and contrast 0.8: 120 and 180, mean 150, drawn together to 150 − 0.8·30 and 150 + 0.8·30
        #expect(Tone(brightness: 1.2, contrast: 0.8).apply(to: image).pixels == [126, 126, 126, 174, 174, 174])
    }

    @Test("draws within the ranges of the design, as often as it says, and ten times a picture")
    func ranges() {
        // Given 4,000 draws
        var random = SeededRandom(seed: 3)
        var choices: [WeakChoice] = []
        for _ in 0..<4000 {
            var counted = random
            for _ in 0..<10 { _ = counted.next() }
            choices.append(WeakChoice(flips: .both, random: &random))
            #expect(random == counted)
        }
        // Then each change happens with its probability (standard error 0.008 at most; five of them allowed) and within its range
        func share(_ happens: (WeakChoice) -> Bool) -> Double { Double(choices.filter(happens).count) / 4000 }
        #expect(abs(share(\.mirrored) - 0.5) < 0.04 && abs(share(\.flipped) - 0.5) < 0.04)
        for rate in [share { $0.angle != 0 }, share { $0.zoom != 1 }, share { $0.brightness != 1 }, share { $0.contrast != 1 }] {
            #expect(abs(rate - 0.75) < 0.035)
        }
        #expect(choices.allSatisfy { abs($0.angle) <= 10 * Double.pi / 180 && (1...1.1).contains($0.zoom) })
        #expect(choices.allSatisfy { (0.8...1.2).contains($0.brightness) && (0.8...1.2).contains($0.contrast) })
        #expect(choices.contains { $0.angle > 0.15 } && choices.contains { $0.angle < -0.15 })
    }

    @Test("flips only what the setting allows")
    func flips() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            let none = WeakChoice(flips: .none, random: &random)
            #expect(!none.mirrored && !none.flipped)
            #expect(!WeakChoice(flips: .horizontal, random: &random).flipped)
        }
    }

    @Test("is decided by the seed alone, and does not mind whether the picture was reduced before")
    func seeded() {
        // Given one large picture
        let image = landscape(width: 150, height: 190)
        let augmentation = WeakAugmentation(size: 32, fit: .crop, flips: .both)
        func run(_ seed: UInt64, _ picture: RGBImage) -> RGBImage {
            var random = SeededRandom(seed: seed)
            return augmentation.apply(to: picture, random: &random)
        }
        // Then equal seeds agree, others differ, and a cached reduction changes nothing
        #expect(run(1, image) == run(1, image))
        #expect(run(1, image) != run(2, image))
        #expect(run(1, image) == run(1, augmentation.geometry.reduced(image)))
    }

    #if !DEBUG
        @Test("takes about a millisecond for 160 × 160 in release mode")
        func speed() {
            // Given a picture as the decoder hands it over
            let image = landscape(width: 200, height: 190)
            let augmentation = WeakAugmentation(size: 160, fit: .crop, flips: .both)
            var random = SeededRandom(seed: 5)
            // When augmented 50 times, the best of 4 rounds counting (other tests run beside)
            var best = Duration.seconds(60)
            for _ in 0..<4 {
                best = min(best, ContinuousClock().measure { for _ in 0..<50 { _ = augmentation.apply(to: image, random: &random) } })
            }
            print("weak augmentation at 160²: \(best / 50) a picture")
            // Then one takes a few milliseconds at the very most: a slip into generic code would take hundreds
            #expect(best / 50 < .milliseconds(10))
        }
    #endif
}
