import Base
import Foundation

/// Keeps a job's `log.txt` within bounds while its worker writes to it.
///
/// The worker holds the file open and appends; it must not notice. So the middle is cut out in place: the beginning (how the job was set up) and the end (what happened
/// last) stay, and between them stands a line that says how much is missing. What the worker writes in the milliseconds of a cut can be lost with the middle.
struct JobLog {
    /// Bytes above which a log is cut. 16 MiB: a month of a line a second.
    static let limit = 16 << 20

    private static let mark = "[aliquot: "
    private static let explanation = " bytes were cut out of this log here]\n"

    let file: URL
    let limit: Int

    /// - Parameter limit: bytes; at least 1024.
    init(_ file: URL, limit: Int = JobLog.limit) {
        self.file = file
        self.limit = max(1024, limit)
    }

    /// Cuts a log that is too long to half its limit. Blocking.
    ///
    /// - Returns: whether it was cut. A log that is not there is short enough.
    /// - Throws: `SystemError`.
    @discardableResult
    func bound() throws(SystemError) -> Bool {
        var facts = stat()
        guard stat(file.path, &facts) == 0, facts.st_size > limit else { return false }
        let descriptor = open(file.path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: file.path) }
        defer { close(descriptor) }
        guard fstat(descriptor, &facts) == 0 else { throw SystemError(call: "fstat", subject: file.path) }
        let size = Int(facts.st_size)
        // The head ends with a line; it never changes again, so the next cut finds the mark of this one behind it.
        let first = try read(descriptor, limit / 8, at: 0)
        let headEnd = first.lastIndex(of: 10).map { $0 + 1 } ?? first.count
        let last = try read(descriptor, limit * 3 / 8, at: size - limit * 3 / 8)
        let tail = last.firstIndex(of: 10).map { last[($0 + 1)...] } ?? last[...]
        let before = try alreadyCut(descriptor, at: headEnd)
        let missing = size - headEnd - tail.count - before.line + before.bytes
        let middle = Array("\(Self.mark)\(missing)\(Self.explanation)".utf8)
        try write(descriptor, middle + tail, at: headEnd)
        guard ftruncate(descriptor, off_t(headEnd + middle.count + tail.count)) == 0 else {
            throw SystemError(call: "ftruncate", subject: file.path)
        }
        return true
    }

    /// The bytes that earlier cuts have taken, and the length of the line that says so.
    private func alreadyCut(_ descriptor: Int32, at offset: Int) throws(SystemError) -> (bytes: Int, line: Int) {
        let text = String(decoding: try read(descriptor, 128, at: offset), as: UTF8.self)
        guard text.hasPrefix(Self.mark), let end = text.range(of: Self.explanation),
            let bytes = Int(text[..<end.lowerBound].dropFirst(Self.mark.count))
        else { return (0, 0) }
        return (bytes, text[..<end.upperBound].utf8.count)
    }

    private func read(_ descriptor: Int32, _ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, off_t(offset))
        guard got >= 0 else { throw SystemError(call: "pread", subject: file.path) }
        return Array(bytes[..<got])
    }

    private func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                raw.baseAddress.map { pwrite(descriptor, $0 + done, bytes.count - done, off_t(offset + done)) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "pwrite", subject: file.path) }
            done += count
        }
    }
}
