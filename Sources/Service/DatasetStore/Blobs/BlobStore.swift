import Base
import Foundation

/// Files named by the SHA-256 of their bytes: `ab/abcd…`. A blob is complete and durable from the moment its name exists, and never changes.
///
/// `directory` is the folder that holds the 256 folders: `blobs/` of the data directory, or `result/blobs/` of an import job.
package struct BlobStore: Sendable {
    package let directory: URL

    package init(directory: URL) { self.directory = directory }

    /// Where the bytes with this digest are, or would be.
    package func url(_ sha: SHA256Digest) -> URL {
        directory.appendingPathComponent(String(sha.description.prefix(2))).appendingPathComponent(sha.description)
    }

    /// Takes over a complete file: fsync, rename to its digest, fsync of the folder. The staged file is gone afterwards, also after a throw.
    /// - Returns: the digest and the length in bytes.
    package func adopt(stagedFile: URL) throws(SystemError) -> (SHA256Digest, Int) {
        let digest: SHA256Digest
        do throws(SystemError) { digest = try SHA256Digest(ofFile: stagedFile) } catch {
            unlink(stagedFile.path)
            throw error
        }
        let bytes = Folders.size(ofFile: stagedFile) ?? 0
        try adopt(stagedFile: stagedFile, as: digest)
        return (digest, bytes)
    }

    /// As ``adopt(stagedFile:)`` where the digest is known. A file that stands there already is replaced by equal bytes (which also repairs a damaged one).
    func adopt(stagedFile: URL, as digest: SHA256Digest) throws(SystemError) {
        do throws(SystemError) {
            try AtomicFile.sync(file: stagedFile)
            try makeFolder(of: digest)
        } catch {
            unlink(stagedFile.path)
            throw error
        }
        try AtomicFile.move(stagedFile, to: url(digest))
    }

    /// The size of a blob in bytes, nil where it is missing.
    func size(_ sha: SHA256Digest) -> Int? { Folders.size(ofFile: url(sha)) }

    func remove(_ sha: SHA256Digest) throws(SystemError) {
        let path = url(sha).path
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError(call: "unlink", subject: path) }
    }

    /// Makes `ab/`, and makes that durable where it is new.
    func makeFolder(of sha: SHA256Digest) throws(SystemError) {
        let folder = url(sha).deletingLastPathComponent()
        if mkdir(folder.path, 0o755) == 0 { return try AtomicFile.sync(directory: directory) }
        if errno == EEXIST { return }
        try Folders.make(folder)
        try AtomicFile.sync(directory: directory)
    }

    /// Every blob that is on the disk, in no order. Other files are passed over.
    func all() throws -> [SHA256Digest] {
        let folders = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.utf8.count == 2 }
        return try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: directory.appendingPathComponent(folder).path).compactMap(SHA256Digest.init)
        }
    }
}
