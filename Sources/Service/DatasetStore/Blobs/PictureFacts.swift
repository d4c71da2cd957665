import Base
import Foundation
import Images

/// What the catalogue knows of a picture's bytes.
struct PictureFacts: Sendable, Equatable {
    let sha256: SHA256Digest
    let bytes: Int
    let format: ImageFormat
    /// In pixels, after EXIF orientation.
    let width: Int
    let height: Int
    let differenceHash: DifferenceHash

    init(sha256: SHA256Digest, bytes: Int, format: ImageFormat, width: Int, height: Int, differenceHash: DifferenceHash) {
        self.sha256 = sha256
        self.bytes = bytes
        self.format = format
        self.width = width
        self.height = height
        self.differenceHash = differenceHash
    }

    /// Decodes the whole picture: what passes here decodes again when a network needs it.
    /// - Throws: `ImageError`
    init(inspecting bytes: Data, limits: ImageLimits) throws(ImageError) {
        let header = try ImageDecoder.header(of: bytes, limits: limits)
        // Scaled decoding still reads every coefficient, so a cut or damaged JPEG is found; 64 pixels are plenty for a 9 × 8 hash.
        let picture = try ImageDecoder.decode(bytes, limits: limits, shorterSideAtLeast: 64)
        self.init(
            sha256: SHA256Digest(of: bytes), bytes: bytes.count, format: header.format, width: header.width, height: header.height,
            differenceHash: DifferenceHash(of: picture))
    }
}
