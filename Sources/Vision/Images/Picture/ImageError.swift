/// Why bytes did not become a picture, or a picture did not become bytes.
package enum ImageError: Error, Sendable, Equatable {
    /// The first bytes belong to no format known here (this includes no bytes at all).
    case notAPicture
    /// The file ends before its last pixel.
    case truncated(format: ImageFormat)
    /// The file breaks the rules of its format. `detail` is the codec's sentence.
    case corrupt(format: ImageFormat, detail: String)
    /// A legal file of a kind that is not read here.
    case unsupported(format: ImageFormat, detail: String)
    /// Width times height, read from the header before anything was allocated.
    case tooManyPixels(got: Int, limit: Int)
    case tooManyBytes(got: Int, limit: Int)
    case outOfMemory
    /// `pixels` does not hold three bytes for each pixel; `expected` is 0 where the sides themselves are impossible.
    case wrongPixelCount(got: Int, expected: Int)
    /// The encoder refused (sides beyond the format, no memory).
    case notEncodable(format: ImageFormat, detail: String)
}

extension ImageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAPicture: "not a picture: expected JPEG, PNG, TIFF, WebP or BMP, told by its first bytes"
        case .truncated(let format): "the \(format.rawValue) file is truncated"
        case .corrupt(let format, let detail): "the \(format.rawValue) file is corrupt: \(detail)"
        case .unsupported(let format, let detail): "this kind of \(format.rawValue) file is not supported: \(detail)"
        case .tooManyPixels(let got, let limit): "\(got) pixels, at most \(limit) are allowed"
        case .tooManyBytes(let got, let limit): "\(got) bytes, at most \(limit) are allowed"
        case .outOfMemory: "not enough memory for the picture"
        case .wrongPixelCount(let got, let expected): "\(got) bytes of pixels where \(expected) are needed"
        case .notEncodable(let format, let detail): "cannot be written as \(format.rawValue): \(detail)"
        }
    }
}
