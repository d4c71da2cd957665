import Base
import Foundation

/// Reads what was appended to an `events.jsonl` since the last time. One owner.
struct EventTail: Sendable {
    private let path: String
    private(set) var lines: EventLines
    /// The most bytes that one call reads, so that a huge file cannot fill the memory.
    private static let pieceLimit = 256 << 10

    /// From `position` on. A position that no line ends at continues with the next whole line; one beyond the end of the file with what is appended later.
    init(_ url: URL, from position: Int = 0) throws(SystemError) {
        path = url.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            guard errno == ENOENT else { throw SystemError(call: "open", subject: path) }
            lines = EventLines()
            return
        }
        defer { close(descriptor) }
        let start = min(max(0, position), Int(lseek(descriptor, 0, SEEK_END)))
        var before: UInt8 = 0x0A
        if start > 0, pread(descriptor, &before, 1, off_t(start - 1)) != 1 { throw SystemError(call: "pread", subject: path) }
        lines = EventLines(position: start, isLineStart: before == 0x0A)
    }

    /// The next events, at most those of 256 KiB; empty when the end is reached. Never waits.
    mutating func read() throws(SystemError) -> [JobEvent] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            guard errno == ENOENT else { throw SystemError(call: "open", subject: path) }
            return []
        }
        defer { close(descriptor) }
        let waiting = Int(lseek(descriptor, 0, SEEK_END)) - lines.readOffset
        guard waiting > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: min(waiting, Self.pieceLimit))
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(lines.readOffset))
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError(call: "pread", subject: path)
            }
            if count == 0 { return [] }
            let events = lines.feed(buffer[..<count])
            if !events.isEmpty { return events }
        }
    }
}
