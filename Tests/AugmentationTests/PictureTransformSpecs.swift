import Augmentation
import Images
import Testing

@Suite("The ten views of distillation", .enabled(if: ReferenceCases.arePresent, "../shared is absent"))
struct PictureTransformSpecs {
    @Test("equal OpenCV's within the tolerance of each case", arguments: PictureTransform.allCases)
    func parity(_ transform: PictureTransform) throws {
        // Given the shared picture, and what OpenCV or the written formula made of it
        // When the transform is applied, then largest and mean difference stay within the tolerance of the fixture
        try ReferenceCases.expect(transform.rawValue) { transform.apply(to: $0) }
    }
}

@Suite("The ten views of small pictures")
struct SmallPictureTransformSpecs {
    @Test("keep one colour as it is, and the sides of any picture", arguments: PictureTransform.allCases)
    func smallest(_ transform: PictureTransform) {
        // Given pictures smaller than any kernel
        for (width, height) in [(1, 1), (2, 1), (1, 3), (4, 3)] {
            let image = RGBImage(width: width, height: height, red: 90, green: 90, blue: 90)
            // When transformed
            let result = transform.apply(to: image)
            // Then only gamma may change a single grey: 255 · (90 / 255)^(2/3) = 127.4
            let level: UInt8 = transform == .gamma ? 127 : 90
            #expect(result == RGBImage(width: width, height: height, red: level, green: level, blue: level), "\(width) × \(height)")
        }
    }

    @Test("mirror the right way round")
    func mirrors() throws {
        // Given a b / c d
        let image = try RGBImage(width: 2, height: 2, pixels: [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
        func levels(_ transform: PictureTransform) -> [UInt8] {
            stride(from: 0, to: 12, by: 3).map { transform.apply(to: image).pixels[$0] }
        }
        // Then horizontal is b a / d c, vertical c d / a b, both d c / b a
        #expect(levels(.horizontalFlip) == [2, 1, 4, 3])
        #expect(levels(.verticalFlip) == [3, 4, 1, 2])
        #expect(levels(.horizontalVerticalFlip) == [4, 3, 2, 1])
    }
}
