import Base
import Foundation

/// A file descriptor that closes itself. Its calls block: only inside ``Disk/run(lane:_:)``.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ url: URL, flags: Int32, mode: mode_t = 0o644) throws(SystemError) {
        path = url.path
        descriptor = open(url.path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: url.path) }
    }

    deinit { close(descriptor) }

    /// The file's facts; a directory, pipe or device is refused with EISDIR, so that nothing hangs on it.
    func status() throws(SystemError) -> stat {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw SystemError(call: "fstat", subject: path) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: "fstat", code: EISDIR, subject: path) }
        return facts
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + filled, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        if failure != 0 { throw SystemError(call: "pread", code: failure, subject: path) }
        return bytes
    }

    func write(all bytes: [UInt8]) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { raw in
                raw.baseAddress.map { Foundation.write(descriptor, $0 + offset, bytes.count - offset) } ?? 0
            }
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw SystemError(call: "write", subject: path) }
            offset += written
        }
    }

    func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", subject: path) }
    }
}
