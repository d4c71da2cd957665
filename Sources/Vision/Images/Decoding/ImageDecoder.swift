import Foundation

/// Turns bytes from anyone into pixels.
///
/// The format is told by content. The header is checked against the limits before pixels are allocated. Grey and palette pictures become RGB,
/// 16-bit channels keep their high byte, alpha is flattened on white, and the orientation tag is obeyed. Colour profiles are ignored.
package enum ImageDecoder {
    /// Reads format and size. Allocates no pixels; costs microseconds.
    package static func header(of bytes: UnsafeRawBufferPointer, limits: ImageLimits = .standard) throws(ImageError) -> ImageHeader {
        let (format, description) = try describe(bytes, limits: limits)
        let swaps = description.orientation.swapsSides
        return ImageHeader(
            format: format, width: swaps ? description.height : description.width, height: swaps ? description.width : description.height)
    }

    /// Decodes the (first) picture.
    ///
    /// - Parameter shorterSideAtLeast: lets JPEG be decoded at a half, a quarter or an eighth of its size, when the shorter side stays at least
    ///   this many pixels long. Other formats are always decoded at full size.
    /// - Throws: every case of ``ImageError`` but the last two.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, limits: ImageLimits = .standard, shorterSideAtLeast: Int? = nil
    ) throws(ImageError) -> RGBImage {
        let (format, description) = try describe(bytes, limits: limits)
        let stored: RGBImage =
            switch format {
            case .jpeg: try JPEGDecoder.decode(bytes, description, shorterSideAtLeast: shorterSideAtLeast)
            case .png: try PNGDecoder.decode(bytes, description)
            case .tiff: try TIFFDecoder.decode(bytes, description)
            case .webp: try WebPDecoder.decode(bytes, description)
            case .bmp: try BMPDecoder.decode(bytes, description)
            }
        return description.orientation.applied(to: stored)
    }

    private static func describe(
        _ bytes: UnsafeRawBufferPointer, limits: ImageLimits
    ) throws(ImageError) -> (ImageFormat, StoredPicture) {
        try limits.check(byteCount: bytes.count)
        guard let format = ImageFormat.sniff(bytes) else { throw .notAPicture }
        let description: StoredPicture =
            switch format {
            case .jpeg: try JPEGDecoder.describe(bytes)
            case .png: try PNGDecoder.describe(bytes)
            case .tiff: try TIFFDecoder.describe(bytes)
            case .webp: try WebPDecoder.describe(bytes)
            case .bmp: try BMPDecoder.describe(bytes)
            }
        try limits.check(width: description.width, height: description.height, format: format)
        return (format, description)
    }
}

extension ImageDecoder {
    package static func header(of bytes: [UInt8], limits: ImageLimits = .standard) throws(ImageError) -> ImageHeader {
        try withBytes(bytes) { raw throws(ImageError) in try header(of: raw, limits: limits) }
    }

    package static func header(of bytes: Data, limits: ImageLimits = .standard) throws(ImageError) -> ImageHeader {
        try withBytes(bytes) { raw throws(ImageError) in try header(of: raw, limits: limits) }
    }

    package static func decode(
        _ bytes: [UInt8], limits: ImageLimits = .standard, shorterSideAtLeast: Int? = nil
    ) throws(ImageError) -> RGBImage {
        try withBytes(bytes) { raw throws(ImageError) in try decode(raw, limits: limits, shorterSideAtLeast: shorterSideAtLeast) }
    }

    package static func decode(_ bytes: Data, limits: ImageLimits = .standard, shorterSideAtLeast: Int? = nil) throws(ImageError)
        -> RGBImage
    {
        try withBytes(bytes) { raw throws(ImageError) in try decode(raw, limits: limits, shorterSideAtLeast: shorterSideAtLeast) }
    }

    /// `withUnsafeBytes` of Data and Array, with the typed error kept.
    private static func withBytes<Result>(
        _ bytes: some ContiguousBytes, _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
    ) throws(ImageError) -> Result {
        let outcome = bytes.withUnsafeBytes { raw -> Swift.Result<Result, ImageError> in
            do throws(ImageError) { return .success(try body(raw)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}
