import Base
import Foundation

/// A file that grows at its end. One writer; closed with the object.
final class PartialFile: Sendable {
    private let descriptor: Int32
    private let path: String

    init(_ url: URL, at offset: Int) throws(SystemError) {
        path = url.path
        // O_NOFOLLOW: a link under the name would have us write somewhere else.
        descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: path) }
        // Two processes must not write one part.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError(call: "flock", subject: path)
            close(descriptor)
            throw error
        }
        guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, 0, SEEK_END) == off_t(offset) else {
            let error = SystemError(call: "ftruncate", subject: path)
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    func append(_ data: Data) throws(SystemError) {
        var written = 0
        while written < data.count {
            let count = data.withUnsafeBytes { bytes -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                return write(descriptor, base + written, data.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError(call: "write", subject: path)
            }
            written += count
        }
    }

    func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", subject: path) }
    }
}
