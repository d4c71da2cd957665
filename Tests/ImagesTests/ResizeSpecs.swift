import Foundation
import Images
import TestSupport
import Testing

@Suite("Resizing")
struct ResizeSpecs {
    @Test("equals Pillow's antialiased bilinear to the level", arguments: ReferencePictures.resized.indices)
    func pillow(_ index: Int) throws {
        // Given a picture of noise, 31 × 19
        let expected = try picture(ReferencePictures.resized[index])
        // When it is resized
        let image = Resize.bilinear(try picture(ReferencePictures.source), width: expected.width, height: expected.height)
        // Then not one byte differs
        #expect(image == expected)
    }

    @Test("equals the shared reference picture", .enabled(if: TestSupport.shared("parity/images/input.png") != nil, "../shared is absent"))
    func sharedReference() throws {
        // Given the shared picture and Pillow's reduction of it to 40 × 30
        let folder = try #require(TestSupport.shared("parity/images"))
        let input = try ImageDecoder.decode(Data(contentsOf: folder.appendingPathComponent("input.png")))
        let expected = try ImageDecoder.decode(Data(contentsOf: folder.appendingPathComponent("resize_bilinear_antialias.png")))
        // When reduced here, Then they are equal (the fixture would allow 2 levels)
        #expect(Resize.bilinear(input, width: 40, height: 30) == expected)
    }

    @Test("of a window equals the same part of the whole")
    func window() throws {
        // Given a picture and a window in its enlargement
        let source = try picture(ReferencePictures.source)
        let window = Resize.Window(left: 5, top: 9, width: 20, height: 11)
        // When made at once and by way of the whole
        let part = Resize.bilinear(source, width: 37, height: 29, window: window)
        let whole = Resize.crop(Resize.bilinear(source, width: 37, height: 29), window)
        // Then they are equal
        #expect(part == whole)
    }

    @Test("makes thumbnails that keep the shape and never grow", arguments: [(100, 31, 19), (16, 16, 10), (1, 1, 1)])
    func thumbnail(side: Int, width: Int, height: Int) throws {
        // Given 31 × 19; When no side may exceed `side`; Then 19 · 16 / 31 = 9.8 rounds to 10, and small pictures stay
        let image = Resize.thumbnail(try picture(ReferencePictures.source), longestSide: side)
        #expect(image.width == width && image.height == height)
    }
}
