import Augmentation
import Base
import Images
import Testing

@Suite("The operations of strong augmentation", .enabled(if: ReferenceCases.arePresent, "../shared is absent"))
struct StrongOperationSpecs {
    @Test(
        "equal Pillow's within the tolerance of each case",
        arguments: [
            ("autocontrast", .autocontrast), ("equalize", .equalize), ("posterize", .posterize(bits: 4)),
            ("solarize", .solarize(threshold: 128)),
            ("invert", .solarize(threshold: 0)), ("brightness_low", .brightness(factor: 0.4)),
            ("brightness_high", .brightness(factor: 1.7)),
            ("color_low", .color(factor: 0.4)), ("color_high", .color(factor: 1.7)), ("contrast_low", .contrast(factor: 0.4)),
            ("contrast_high", .contrast(factor: 1.7)), ("sharpness_low", .sharpness(factor: 0.4)),
            ("sharpness_high", .sharpness(factor: 1.7)),
            ("rotate", .rotate(degrees: 20)), ("shear_x", .shearX(factor: 0.2)), ("shear_y", .shearY(factor: 0.2)),
            ("translate_x", .translateX(pixels: 12)), ("translate_y", .translateY(pixels: 9)),
        ] as [(String, StrongOperation)])
    func parity(_ name: String, _ operation: StrongOperation) throws {
        // Given the shared picture and what Pillow made of it
        // When the operation is applied, then largest and mean difference stay within the tolerance of the fixture
        try ReferenceCases.expect(name) { operation.apply(to: $0) }
    }
}

@Suite("Strong augmentation")
struct StrongAugmentationSpecs {
    private let augmentation = StrongAugmentation(weak: WeakAugmentation(size: 32, fit: .crop, flips: .both))

    private func gradient(_ side: Int) -> RGBImage {
        RGBImage(width: side, height: side) { pixels in
            for index in pixels.indices { pixels[index] = UInt8(truncatingIfNeeded: index * 7 / side) }
        }
    }

    @Test("is decided by the seed alone, and takes the same number of draws whatever they say")
    func seeded() {
        var lengths: Set<UInt64> = []
        for seed in 0..<40 as Range<UInt64> {
            // Given a seed, twice
            var (first, second) = (SeededRandom(seed: seed), SeededRandom(seed: seed))
            // When the same picture is augmented
            let one = augmentation.apply(to: gradient(48), random: &first)
            let other = augmentation.apply(to: gradient(48), random: &second)
            // Then the results are the same, of the asked size
            #expect(one == other)
            #expect(one.width == 32 && one.height == 32)
            // SplitMix64's state moves by a constant for each draw.
            lengths.insert((first.state &- seed) &* 0xF1DE_83E1_9937_733D)
        }
        #expect(lengths == [17])
    }

    @Test("draws every operation of the pool about equally often, magnitudes within their ranges")
    func pool() {
        var counts: [String: Int] = [:]
        var random = SeededRandom(seed: 1)
        // Given 14,000 draws
        for _ in 0..<14_000 {
            switch StrongOperation.drawn(side: 100, random: &random) {
            case .autocontrast: counts["autocontrast", default: 0] += 1
            case .equalize: counts["equalize", default: 0] += 1
            case .identity: counts["identity", default: 0] += 1
            case .brightness(let factor), .color(let factor), .contrast(let factor), .sharpness(let factor):
                #expect((0.05...0.95).contains(factor))
                counts["enhance", default: 0] += 1
            case .posterize(let bits):
                #expect((4...8).contains(bits))
                counts["posterize", default: 0] += 1
            case .rotate(let degrees):
                #expect((-30...30).contains(degrees))
                counts["rotate", default: 0] += 1
            case .shearX(let factor), .shearY(let factor):
                #expect((-0.3...0.3).contains(factor))
                counts["shear", default: 0] += 1
            case .solarize(let threshold):
                #expect((0...256).contains(threshold))
                counts["solarize", default: 0] += 1
            case .translateX(let pixels), .translateY(let pixels):
                #expect((-30...30).contains(pixels))
                counts["translate", default: 0] += 1
            }
        }
        // Then each has its share: 1,000 a name, six standard deviations of room
        let expected = [
            "autocontrast": 1, "equalize": 1, "identity": 1, "enhance": 4, "posterize": 1, "rotate": 1, "shear": 2, "solarize": 1,
            "translate": 2,
        ]
        for (name, share) in expected { #expect(abs(counts[name, default: 0] - 1000 * share) < 6 * 31 * share, "\(name)") }
    }

    @Test("cuts out at most half the side")
    func cutout() {
        var random = SeededRandom(seed: 2)
        var largest = 0
        for _ in 0..<500 {
            // Given a white picture
            let cutout = Cutout(side: 32, random: &random)
            // When a square is cut out
            let picture = cutout.apply(to: RGBImage(width: 32, height: 32, red: 255, green: 255, blue: 255))
            // Then exactly its pixels are grey
            let grey = stride(from: 0, to: picture.pixels.count, by: 3).count { picture.pixels[$0] == 127 }
            #expect(grey == cutout.columns.count * cutout.rows.count)
            #expect(cutout.columns.count <= 17 && cutout.rows.count <= 17)
            largest = max(largest, grey)
        }
        #expect(largest > 14 * 14)
    }
}
