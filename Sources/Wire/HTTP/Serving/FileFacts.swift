import Base
import Foundation

/// Size and time of a regular file.
struct FileFacts: Sendable {
    /// Bytes.
    let size: Int
    /// Seconds since 1970.
    let modified: Double

    /// - Throws: `SystemError`; EISDIR for what is not a regular file.
    init(of url: URL) async throws {
        self = try await Disk.run(lane: url.hashValue) {
            var facts = stat()
            guard stat(url.path, &facts) == 0 else { throw SystemError(call: "stat", subject: url.path) }
            guard facts.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: "stat", code: EISDIR, subject: url.path) }
            return FileFacts(size: Int(facts.st_size), modified: Double(facts.st_mtim.tv_sec))
        }
    }

    private init(size: Int, modified: Double) {
        self.size = size
        self.modified = modified
    }
}
