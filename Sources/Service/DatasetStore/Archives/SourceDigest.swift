import Base
import Foundation

/// What an import's source holds, told without decoding: whether it is still the one that an earlier import read.
package struct SourceDigest: Sendable, Codable, Equatable {
    /// Of an archive 1.
    package let files: Int
    package let bytes: Int
    /// Of an archive its bytes; of a folder the paths and sizes of its files.
    package let sha256: SHA256Digest

    /// Reads an archive wholly; of a folder only the list. Blocking.
    /// - Throws: `SystemError` where the source cannot be read; ``ArchiveError/tooManyEntries(limit:)``.
    package init(of source: URL) throws {
        guard Folders.isFolder(source) else {
            files = 1
            sha256 = try SHA256Digest(ofFile: source)
            bytes = Folders.size(ofFile: source) ?? 0
            return
        }
        let source = source.resolvingSymlinksInPath()
        let paths = try FolderReader.paths(below: source, limit: ArchiveLimits.standard.entries)
        let hasher = SHA256Hasher()
        var bytes = 0
        for path in paths {
            let size = Folders.size(ofFile: source.appendingPathComponent(path)) ?? 0
            bytes += size
            Array("\(path)\u{0}\(size)\u{0}".utf8).withUnsafeBytes { hasher.update($0) }
        }
        files = paths.count
        self.bytes = bytes
        sha256 = hasher.finish()
    }
}
