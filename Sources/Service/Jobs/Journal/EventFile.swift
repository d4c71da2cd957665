import Base
import Foundation
import Synchronization

/// `events.jsonl`, open for appending. Service and worker both append; a line is one `write`, so lines do not mix.
///
/// A torn last line (power cut, full disk) is ended by a line feed before the next event, so that it spoils itself only.
final class EventFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let torn: Mutex<Bool>
    private let appended: @Sendable (JobEvent) -> Void

    /// - Parameter appended: called after each line, on the thread that wrote it.
    init(appendingTo url: URL, appended: @escaping @Sendable (JobEvent) -> Void = { _ in }) throws(SystemError) {
        self.appended = appended
        path = url.path
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: path) }
        self.descriptor = descriptor
        var last: UInt8 = 0x0A
        let size = lseek(descriptor, 0, SEEK_END)
        if size > 0, pread(descriptor, &last, 1, size - 1) != 1 {
            let error = SystemError(call: "pread", subject: path)
            close(descriptor)
            throw error
        }
        torn = Mutex(last != 0x0A)
    }

    deinit { close(descriptor) }

    /// Appends one line.
    /// - Parameter durable: whether the line must survive a power cut once this returns.
    func append(_ event: JobEvent, durable: Bool) throws(SystemError) {
        var line: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            line = Array(try encoder.encode(event))
        } catch {
            throw SystemError(call: "encode", code: EINVAL, subject: "\(path): \(error)")
        }
        line.append(0x0A)
        let failure = torn.withLock { torn -> SystemError? in
            let bytes = torn ? [0x0A] + line : line
            var written = write(descriptor, bytes, bytes.count)
            while written < 0, errno == EINTR { written = write(descriptor, bytes, bytes.count) }
            torn = written > 0 ? written < bytes.count : torn
            guard written == bytes.count else { return SystemError(call: "write", code: written < 0 ? errno : ENOSPC, subject: path) }
            if durable, fdatasync(descriptor) != 0 { return SystemError(call: "fdatasync", subject: path) }
            return nil
        }
        if let failure { throw failure }
        appended(event)
    }
}
