import Foundation
import Images
import Testing

@Suite("Decoding")
struct ImageDecoderSpecs {
    @Test("gives the pixels that Pillow gives", arguments: ReferencePictures.files)
    func pixels(_ reference: ReferencePictures.File) throws {
        // Given a file that Pillow wrote
        let file = try bytes(reference.file)
        // When header and pixels are read
        let header = try ImageDecoder.header(of: file)
        let image = try ImageDecoder.decode(file)
        // Then the sides are Pillow's after the orientation, and so are the levels, within the rounding of lossy codecs
        #expect(header.width == reference.width && header.height == reference.height)
        #expect(image.width == reference.width && image.height == reference.height)
        #expect(largestDifference(image.pixels, try bytes(reference.pixels)) <= reference.tolerance)
        #expect(reference.description.hasPrefix(header.format.rawValue))
    }

    @Test("refuses every beginning of a file as truncated or corrupt", arguments: ReferencePictures.files)
    func truncation(_ reference: ReferencePictures.File) throws {
        // Given a file cut off anywhere before its last pixels (here: at each seventh byte, and at half and nine tenths)
        let file = try bytes(reference.file)
        let lengths = Array(stride(from: 0, to: file.count * 9 / 10, by: 7)) + [file.count / 2, file.count * 9 / 10]
        for length in lengths {
            // When it is decoded, Then no picture comes out. (TIFF and BMP may keep tags or padding behind their pixels.)
            let picture = try? ImageDecoder.decode(Array(file[..<length]))
            if let picture {
                #expect(reference.description.hasPrefix("tiff"), "\(reference) at \(length) of \(file.count)")
                #expect(largestDifference(picture.pixels, try bytes(reference.pixels)) <= reference.tolerance, "\(reference) at \(length)")
            }
        }
    }

    @Test("survives flipped bytes: a picture or an error, never a crash", arguments: ReferencePictures.files)
    func hostileBytes(_ reference: ReferencePictures.File) throws {
        // Given a file with one byte changed, all positions of the first 400
        let file = try bytes(reference.file)
        for position in 0..<min(400, file.count) {
            var changed = file
            changed[position] ^= 0xA5
            // When it is decoded under small limits
            let outcome = Result { () throws(ImageError) -> RGBImage in
                try ImageDecoder.decode(changed, limits: ImageLimits(maximumBytes: 1 << 20, maximumPixels: 1 << 20))
            }
            // Then what comes out is whole
            if case .success(let image) = outcome { #expect(image.pixels.count == image.width * image.height * 3) }
        }
    }

    @Test("says that a truncated JPEG is truncated")
    func truncatedJPEG() throws {
        // Given the first two thirds of a JPEG
        let file = try bytes(ReferencePictures.drafted)
        // When decoded, Then the error names it
        #expect(throws: ImageError.truncated(format: .jpeg)) { try ImageDecoder.decode(Array(file[..<(file.count * 2 / 3)])) }
    }

    @Test(
        "tells the format by content", arguments: [[UInt8](), Array("this is no picture".utf8), [0xFF, 0xD8], Array("RIFF1234WAVE".utf8)])
    func notAPicture(_ content: [UInt8]) {
        // Given nothing, text, two bytes, a sound; When decoded, Then it is not a picture
        #expect(throws: ImageError.notAPicture) { try ImageDecoder.decode(content) }
    }

    @Test("refuses a 200-megapixel PNG from its header")
    func pixelBomb() throws {
        // Given a PNG whose header announces 20,000 × 10,000 pixels and which holds nothing else
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
        let header: [UInt8] = Array("IHDR".utf8) + [0, 0, 0x4E, 0x20, 0, 0, 0x27, 0x10, 8, 2, 0, 0, 0]
        file += header + bigEndian(crc32(header)) + [0, 0, 0, 0] + Array("IDAT".utf8) + bigEndian(crc32(Array("IDAT".utf8)))
        // When it is decoded
        // Then the size is refused, and not the missing pixels
        #expect(throws: ImageError.tooManyPixels(got: 200_000_000, limit: 100_000_000)) { try ImageDecoder.decode(file) }
        #expect(throws: ImageError.tooManyPixels(got: 200_000_000, limit: 100_000_000)) { try ImageDecoder.header(of: file) }
    }

    @Test("refuses too long a file before looking at it")
    func tooManyBytes() throws {
        let file = try bytes(ReferencePictures.drafted)
        // Given a limit of 100 bytes, When decoded, Then both numbers are told
        #expect(throws: ImageError.tooManyBytes(got: file.count, limit: 100)) {
            try ImageDecoder.decode(file, limits: ImageLimits(maximumBytes: 100))
        }
    }

    @Test("refuses every format above the pixel limit", arguments: ReferencePictures.files)
    func pixelLimit(_ reference: ReferencePictures.File) throws {
        // Given a limit one pixel too small, When decoded, Then it is refused by the stored size
        let file = try bytes(reference.file)
        #expect(throws: ImageError.tooManyPixels(got: 140, limit: 139)) {
            try ImageDecoder.decode(file, limits: ImageLimits(maximumPixels: 139))
        }
    }

    @Test(
        "reduces a JPEG while decoding, never below the asked side",
        arguments: [(49, 96), (48, 48), (25, 48), (24, 24), (13, 24), (12, 12), (3, 12)])
    func scaledDecoding(asked: Int, expected: Int) throws {
        // Given a JPEG of 128 × 96
        let file = try bytes(ReferencePictures.drafted)
        // When at least `asked` pixels are wanted
        let image = try ImageDecoder.decode(file, shorterSideAtLeast: asked)
        // Then the shorter side is 96 / 8, 96 / 4, 96 / 2 or 96, the smallest that suffices, and Pillow's draft has the same pixels
        #expect(image.height == expected && image.width == expected * 4 / 3)
        if let draft = ReferencePictures.drafts.first(where: { $0.height == expected }) {
            #expect(largestDifference(image.pixels, try bytes(draft.pixels)) <= 1)
        }
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    /// ISO 3309, bit by bit.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }
}
