import Foundation
import Images
import Testing

@Suite("Encoding and normalising")
struct ImageEncoderSpecs {
    @Test("PNG loses nothing")
    func png() throws {
        // Given noise, When written as PNG and read again, Then it is the same picture
        let source = try picture(ReferencePictures.source)
        #expect(try ImageDecoder.decode(ImageEncoder.png(source)) == source)
    }

    @Test("JPEG stays near and obeys its quality")
    func jpeg() throws {
        // Given a smooth picture
        let source = Resize.bilinear(try picture(ReferencePictures.resized[4]), width: 64, height: 48)
        // When written at two qualities
        let (fine, coarse) = (try ImageEncoder.jpeg(source, quality: 95), try ImageEncoder.jpeg(source, quality: 20))
        // Then the finer one is longer and within a few levels on average
        #expect(fine.count > coarse.count)
        let again = try ImageDecoder.decode(fine)
        let total = zip(again.pixels, source.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(total) / Double(source.pixels.count) < 6)
    }

    @Test("JPEG refuses a side that the format cannot hold")
    func tooLong() {
        let strip = RGBImage(width: 70_000, height: 1, red: 0, green: 0, blue: 0)
        #expect(throws: ImageError.self) { try ImageEncoder.jpeg(strip) }
    }

    @Test("normalisation writes planes of (level / 255 − mean) / std")
    func normalisation() throws {
        // Given two pixels
        let image = try RGBImage(width: 2, height: 1, pixels: [0, 255, 51, 255, 0, 102])
        // When normalised for ImageNet
        let floats = Normalisation.imageNet.floats(image)
        // Then red, green, blue follow each other: (0 − 0.485) / 0.229, (1 − 0.485) / 0.229, …
        let expected: [Double] = [
            -0.485 / 0.229, 0.515 / 0.229, 0.544 / 0.224, -0.456 / 0.224, (0.2 - 0.406) / 0.225, (0.4 - 0.406) / 0.225,
        ]
        for (got, wanted) in zip(floats, expected) { #expect(abs(Double(got) - wanted) < 1e-5) }
        #expect(floats.count == 6)
    }

    @Test("normalisation refuses what it cannot divide by")
    func refusesNormalisation() throws {
        #expect(Normalisation(mean: [0, 0, 0], std: [1, 0, 1]) == nil)
        #expect(Normalisation(mean: [0, 0], std: [1, 1]) == nil)
        let text = Data(#"{"mean":[0,0,0],"std":[1,-1,1]}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Normalisation.self, from: text) }
    }

    @Test("a picture needs three bytes for each pixel")
    func wrongCount() {
        #expect(throws: ImageError.wrongPixelCount(got: 5, expected: 6)) { try RGBImage(width: 2, height: 1, pixels: [0, 0, 0, 0, 0]) }
        #expect(throws: ImageError.wrongPixelCount(got: 0, expected: 0)) { try RGBImage(width: 0, height: 1, pixels: []) }
    }
}
