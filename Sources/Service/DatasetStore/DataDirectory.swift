import Base
import Foundation

/// The folder that one server owns: it makes the folders, takes the lock and empties `incoming/`.
///
/// Invariants:
/// 1. While this object lives, no other process holds a `DataDirectory` for the same folder (`flock` on `lock`; the kernel drops it when the process dies).
/// 2. The descriptor is close-on-exec: a worker process that outlives the server does not keep the lock.
package final class DataDirectory: Sendable {
    package let url: URL
    private let lockDescriptor: Int32

    /// Uploads being written; emptied at start.
    package var incoming: URL { url.appendingPathComponent("incoming", isDirectory: true) }
    package var blobs: URL { url.appendingPathComponent("blobs", isDirectory: true) }
    package var jobs: URL { url.appendingPathComponent("jobs", isDirectory: true) }
    package var models: URL { url.appendingPathComponent("models", isDirectory: true) }
    package var weights: URL { url.appendingPathComponent("weights", isDirectory: true) }
    package var cache: URL { url.appendingPathComponent("cache", isDirectory: true) }

    /// - Throws: ``DatasetStoreError/dataDirectoryInUse(path:pid:)`` while another process owns it; `SystemError` where a folder cannot be made or written.
    package init(url: URL) throws {
        let root = url.standardizedFileURL
        self.url = root
        try Folders.make(root)
        lockDescriptor = try Self.takeLock(root.appendingPathComponent("lock"), root: root)
        do {
            for name in ["incoming", "blobs", "jobs", "models", "weights", "cache"] { try Folders.make(root.appendingPathComponent(name)) }
            try AtomicFile.sync(directory: root)
            try Folders.empty(root.appendingPathComponent("incoming"))
        } catch {
            close(lockDescriptor)
            throw error
        }
    }

    deinit { close(lockDescriptor) }

    /// A name for a new upload, in `incoming/`; no file exists there yet.
    package func newIncomingFile() -> URL { incoming.appendingPathComponent(ULID.now().description) }

    private static func takeLock(_ file: URL, root: URL) throws -> Int32 {
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: file.path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else { throw SystemError(call: "flock", code: code, subject: file.path) }
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            throw DatasetStoreError.dataDirectoryInUse(path: root.path, pid: Int32(text.prefix { $0.isNumber }))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let error = SystemError(call: "write", subject: file.path)
            close(descriptor)
            throw error
        }
        return descriptor
    }
}
