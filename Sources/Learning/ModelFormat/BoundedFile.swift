import Base
import Foundation

/// Reads regular files of at most so many bytes.
enum BoundedFile {
    /// - Parameter prefix: read only so many bytes from the start; the file must have them.
    static func read(_ url: URL, limit: Int, prefix: Int? = nil) throws(ModelFormatError) -> Data {
        let descriptor = try open(url)
        defer { close(descriptor) }
        let size = try size(of: descriptor, url, limit: limit)
        let wanted = prefix ?? size
        var data = Data(count: wanted)
        var offset = 0
        while offset < wanted {
            let count = data.withUnsafeMutableBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return Foundation.read(descriptor, base + offset, wanted - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .file(SystemError(call: "read", subject: url.path))
            }
            guard count > 0 else { throw .truncated(what: url.lastPathComponent, got: offset, needed: wanted) }
            offset += count
        }
        return data
    }

    static func size(of url: URL, limit: Int) throws(ModelFormatError) -> Int {
        let descriptor = try open(url)
        defer { close(descriptor) }
        return try size(of: descriptor, url, limit: limit)
    }

    private static func open(_ url: URL) throws(ModelFormatError) -> Int32 {
        // O_NONBLOCK: a FIFO in the place of the file must not hang us.
        let descriptor = Foundation.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(SystemError(call: "open", subject: url.path)) }
        return descriptor
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
