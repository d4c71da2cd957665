import Base
import Foundation
import Images
import Synchronization

/// Decoded and reduced pictures on disk, shared by all jobs that look at the same bytes in the same geometry. May be deleted at any time, also while it is used.
///
/// `DIRECTORY/224-crop/training/ab/abcd…` (by the SHA-256 of the uploaded bytes): magic, width and height, SHA-256 of the pixels, pixels. Written aside and renamed, but not
/// fsynced: what a power cut left incomplete is seen by its digest and decoded again. A full disk or a missing folder costs time, never a job.
package final class DecodedPictures: Sendable {
    /// Pictures that are decoded faster than a file is opened are not worth a file.
    static let fewestPixels = 256 * 256
    private static let magic = Array("ALQPIX01".utf8)
    private static let headerBytes = 48

    private let directory: URL
    /// Bytes that may still be written.
    private let room: Mutex<Int>

    /// Looks at what is there, and removes the files that were used longest ago until at most four fifths of the limit are used.
    /// - Parameters:
    ///   - directory: made at the first write.
    ///   - limit: bytes of all files together. Several jobs that start at once each count for themselves: together they may go beyond it until the next start.
    package init(directory: URL, limit: Int) {
        self.directory = directory
        var files = Self.files(below: directory)
        var total = files.reduce(0) { $0 + $1.bytes }
        if total > limit / 5 * 4 {
            files.sort { $0.used < $1.used }
            for file in files where total > limit / 5 * 4 {
                if unlink(file.path) == 0 { total -= file.bytes }
            }
        }
        room = Mutex(max(0, limit - total))
    }

    /// A tenth of the file system's free space, at most 8 GiB: what a cache may take without being asked.
    package static func standardLimit(for directory: URL) -> Int {
        var status = statvfs()
        guard statvfs(directory.path, &status) == 0 else { return 0 }
        return min(8 << 30, Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize)) / 10)
    }

    /// Nil where there is no whole file.
    func read(_ digest: SHA256Digest, _ geometry: EvaluationGeometry, use: String) -> RGBImage? {
        let url = url(digest, geometry, use: use)
        guard let data = try? Data(contentsOf: url), data.count > Self.headerBytes, data.prefix(8).elementsEqual(Self.magic) else {
            return nil
        }
        let (width, height) = (Self.number(data, at: 8), Self.number(data, at: 12))
        let pixels = [UInt8](data.dropFirst(Self.headerBytes))
        guard data[16..<Self.headerBytes].elementsEqual(Self.check(pixels)) else { return nil }
        utimensat(AT_FDCWD, url.path, nil, 0)  // used now
        return try? RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Keeps a picture where there is room; whether it did.
    @discardableResult
    func write(_ picture: RGBImage, _ digest: SHA256Digest, _ geometry: EvaluationGeometry, use: String) -> Bool {
        let bytes = Self.headerBytes + picture.pixels.count
        let fits = room.withLock { room in
            guard room >= bytes else { return false }
            room -= bytes
            return true
        }
        guard fits else { return false }
        var data = Data(capacity: bytes)
        data.append(contentsOf: Self.magic)
        for side in [picture.width, picture.height] { withUnsafeBytes(of: UInt32(side).littleEndian) { data.append(contentsOf: $0) } }
        data.append(contentsOf: Self.check(picture.pixels))
        data.append(contentsOf: picture.pixels)
        let url = url(digest, geometry, use: use)
        let folder = url.deletingLastPathComponent()
        let aside = folder.appendingPathComponent(".\(ULID.now()).tmp")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try data.write(to: aside)
            guard rename(aside.path, url.path) == 0 else { throw SystemError(call: "rename", subject: url.path) }
            return true
        } catch {
            unlink(aside.path)
            room.withLock { $0 = 0 }  // a disk that refuses once is not asked again by this job
            return false
        }
    }

    private func url(_ digest: SHA256Digest, _ geometry: EvaluationGeometry, use: String) -> URL {
        directory.appendingPathComponent("\(geometry.size)-\(geometry.fit.rawValue)/\(use)/\(digest.description.prefix(2))/\(digest)")
    }

    private static func check(_ pixels: [UInt8]) -> [UInt8] { Array(SHA256Digest(of: pixels).description.utf8.prefix(32)) }

    private static func number(_ data: Data, at offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(data[data.startIndex + offset + $1]) << (8 * $1) }
    }

    private static func files(below directory: URL) -> [(path: String, bytes: Int, used: Int)] {
        guard let walk = FileManager.default.enumerator(atPath: directory.path) else { return [] }
        var files: [(path: String, bytes: Int, used: Int)] = []
        while let name = walk.nextObject() as? String {
            let path = directory.path + "/" + name
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            files.append((path, Int(status.st_size), status.st_mtim.tv_sec))
        }
        return files
    }
}
