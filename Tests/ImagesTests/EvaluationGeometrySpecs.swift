import Images
import Testing

@Suite("The evaluation geometry")
struct EvaluationGeometrySpecs {
    @Test("crops as torchvision's Resize and CenterCrop do", arguments: ReferencePictures.crops.indices)
    func crop(_ index: Int) throws {
        // Given a wide or a tall picture
        let reference = ReferencePictures.crops[index]
        let source = try picture(reference.isTurned ? ReferencePictures.turned : ReferencePictures.source)
        // When it is brought to size
        let image = EvaluationGeometry(size: reference.size, fit: .crop).apply(to: source)
        // Then not one byte differs
        #expect(image == (try RGBImage(width: reference.size, height: reference.size, pixels: bytes(reference.pixels))))
    }

    @Test("asks the decoder for the side that it will need", arguments: [(224, 256), (160, 183), (96, 110)])
    func decodeSide(size: Int, side: Int) {
        // 224 / 0.875 = 256; 160 / 0.875 = 182.86; 96 / 0.875 = 109.7
        #expect(EvaluationGeometry(size: size, fit: .crop).decodeShorterSide == side)
        #expect(EvaluationGeometry(size: size, fit: .squish).decodeShorterSide == size)
    }

    @Test("pads the shorter side on both ends")
    func pad() throws {
        // Given a white picture, 31 × 19
        let source = RGBImage(width: 31, height: 19, red: 255, green: 255, blue: 255)
        // When padded to 31 × 31
        let image = EvaluationGeometry(size: 31, fit: .pad).apply(to: source)
        // Then 6 rows of the mean colour lie above and below
        let padding = EvaluationGeometry.padding
        #expect(image[15, 5] == padding && image[15, 25] == padding)
        #expect(image[0, 6] == (255, 255, 255) && image[30, 24] == (255, 255, 255))
    }

    @Test("squishes both sides")
    func squish() throws {
        let source = try picture(ReferencePictures.source)
        #expect(EvaluationGeometry(size: 12, fit: .squish).apply(to: source) == Resize.bilinear(source, width: 12, height: 12))
    }

    @Test("reduces only pictures that are more than a quarter too large")
    func reduced() {
        // Given a size of 16, which looks at a shorter side of 18
        let geometry = EvaluationGeometry(size: 16, fit: .crop)
        // When pictures of shorter side 22 and 40 are reduced, Then only the second becomes smaller
        let (near, far) = (
            RGBImage(width: 22, height: 30, red: 1, green: 2, blue: 3), RGBImage(width: 60, height: 40, red: 1, green: 2, blue: 3)
        )
        #expect(geometry.reduced(near) == near)
        #expect(geometry.reduced(far) == RGBImage(width: 27, height: 18, red: 1, green: 2, blue: 3))
    }
}
