import Base
import Foundation

/// An open regular file of at most so many bytes, read at any offset. Reads share no position, so any thread may read.
package final class RandomAccessFile: Sendable {
    package let url: URL
    /// Bytes of the file when it was opened.
    package let count: Int
    private let descriptor: Int32

    /// - Throws: ``ModelFormatError`` where it cannot be opened, is no regular file, or has more than `limit` bytes.
    package init(_ url: URL, limit: Int) throws(ModelFormatError) {
        // O_NONBLOCK: a FIFO in the place of the file must not hang us.
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(SystemError(call: "open", subject: url.path)) }
        do throws(ModelFormatError) {
            count = try Self.size(of: descriptor, url, limit: limit)
        } catch {
            close(descriptor)
            throw error
        }
        self.url = url
    }

    deinit { close(descriptor) }

    /// The bytes from `offset` on.
    /// - Throws: ``ModelFormatError/truncated(what:got:needed:)`` where the file ends before.
    package func read(at offset: Int, count wanted: Int) throws(ModelFormatError) -> Data {
        guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
            throw .truncated(what: url.lastPathComponent, got: count, needed: offset.addingReportingOverflow(wanted).partialValue)
        }
        var data = Data(count: wanted)
        var filled = 0
        while filled < wanted {
            let got = data.withUnsafeMutableBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return pread(descriptor, base + filled, wanted - filled, off_t(offset + filled))
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw .file(SystemError(call: "pread", subject: url.path))
            }
            guard got > 0 else { throw .truncated(what: url.lastPathComponent, got: offset + filled, needed: offset + wanted) }
            filled += got
        }
        return data
    }

    private static func size(of descriptor: Int32, _ url: URL, limit: Int) throws(ModelFormatError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(SystemError(call: "fstat", subject: url.path)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(url.path) }
        let size = Int(status.st_size)
        guard size <= limit else { throw .fileTooLarge(file: url.lastPathComponent, got: size, limit: limit) }
        return size
    }
}
