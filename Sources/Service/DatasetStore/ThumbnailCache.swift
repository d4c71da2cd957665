import Base
import Foundation
import Images

/// Small JPEGs by their originals' digests, `ab/abcd…/128.jpg`. May be deleted at any time.
package struct ThumbnailCache: Sendable {
    /// The sides that are kept; few, so that nobody can fill the disk by asking for every size.
    package static let sizes = [64, 96, 128, 192, 256, 384, 512, 768, 1024]
    package static let range = 16...1024
    private static let quality = 85

    let directory: URL

    /// The kept side for a wanted one: the next larger.
    static func side(for size: Int) throws(DatasetStoreError) -> Int {
        guard range.contains(size), let side = sizes.first(where: { $0 >= size }) else {
            throw .outOfRange(name: "size", got: size, allowed: range)
        }
        return side
    }

    /// From the cache, or made now and kept.
    func jpeg(of digest: SHA256Digest, side: Int, blob: URL, limits: ImageLimits) throws -> [UInt8] {
        let file = url(digest, side: side)
        // Not fsynced: after a power cut a file may be cut short, so its last two bytes (end of image) are looked at.
        if let kept = try? Data(contentsOf: file), kept.suffix(2) == Data([0xFF, 0xD9]) { return Array(kept) }
        let jpeg = try Self.jpeg(of: Data(contentsOf: blob), side: side, limits: limits)
        try Folders.make(file.deletingLastPathComponent())
        try Data(jpeg).write(to: file, options: .atomic)
        return jpeg
    }

    func remove(_ digest: SHA256Digest) {
        // One look for a picture that never had one: deleting a dataset comes here for each of its pictures.
        let folder = url(digest, side: 0).deletingLastPathComponent().path
        guard access(folder, F_OK) == 0 else { return }
        for side in Self.sizes { unlink(url(digest, side: side).path) }
        rmdir(folder)
    }

    private func url(_ digest: SHA256Digest, side: Int) -> URL {
        directory.appendingPathComponent(String(digest.description.prefix(2))).appendingPathComponent("\(digest)/\(side).jpg")
    }

    private static func jpeg(of bytes: Data, side: Int, limits: ImageLimits) throws -> [UInt8] {
        let picture: RGBImage
        do throws(ImageError) {
            let header = try ImageDecoder.header(of: bytes, limits: limits)
            // The shorter side of the thumbnail, so that scaled decoding never falls below it.
            let shorter = max(1, min(header.width, header.height) * side / max(header.width, header.height, 1))
            picture = try ImageDecoder.decode(bytes, limits: limits, shorterSideAtLeast: shorter)
        } catch { throw DatasetStoreError.notAPicture(error) }
        let longer = max(picture.width, picture.height)
        guard longer > side else { return try ImageEncoder.jpeg(picture, quality: quality) }
        let width = max(1, (picture.width * side + longer / 2) / longer)
        let height = max(1, (picture.height * side + longer / 2) / longer)
        return try ImageEncoder.jpeg(Resize.bilinear(picture, width: width, height: height), quality: quality)
    }
}
