import HTTPTypes

/// Bytes in, parts out: the incremental parser of multipart/form-data. Pure. Source: RFC 2046 section 5.1.1, RFC 7578.
///
/// It holds at most one piece of input, one header block and one delimiter.
struct MultipartParser: Sendable {
    struct PartHead: Sendable, Equatable {
        let name: String
        let filename: String?
        let contentType: String?
        let fields: HTTPFields
    }

    enum Event: Sendable, Equatable {
        case part(PartHead, index: Int)
        /// Never empty.
        case content([UInt8])
        case endOfPart
    }

    private enum State: Sendable, Equatable {
        /// Before the first delimiter.
        case preamble
        /// After a delimiter, before the end of its line.
        case delimiterLine
        case headers
        case content
        case finished
    }

    /// CR LF "--" boundary.
    private let delimiter: [UInt8]
    private let limits: MultipartLimits
    private var state = State.preamble
    private var buffer: [UInt8]
    /// Bytes of `buffer` already used up.
    private var start = 0
    /// The part that is being read, from 0; -1 before the first.
    private(set) var currentPart = -1

    /// Nil if the boundary is not 1 to 70 of the characters of RFC 2046 section 5.1.1, or ends with a space.
    init?(boundary: String, limits: MultipartLimits = MultipartLimits()) {
        let bytes = Array(boundary.utf8)
        let special = Array("'()+_,-./:=? ".utf8)
        func isAllowed(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || special.contains(byte)
        }
        guard (1...70).contains(bytes.count), bytes.last != 32, bytes.allSatisfy(isAllowed) else { return nil }
        delimiter = Array("\r\n--".utf8) + bytes
        self.limits = limits
        buffer = Array("\r\n".utf8)  // the first delimiter may stand at the very beginning, without a line break before it
    }

    var isFinished: Bool { state == .finished }
    /// Whether the content of the current part is still to come, in part or in whole.
    var isInContent: Bool { state == .content }

    /// Takes the next bytes of the body.
    mutating func append(_ bytes: [UInt8]) {
        guard state != .finished else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer += bytes
    }

    /// The body is over.
    ///
    /// - Throws: ``HTTPError/malformedMultipart(_:)`` unless the last delimiter was seen.
    func finish() throws(HTTPError) {
        guard state == .finished else { throw .malformedMultipart("the body ended before the last boundary") }
    }

    /// The next event; nil when more bytes are needed or the form is finished.
    mutating func next() throws(HTTPError) -> Event? {
        while true {
            switch state {
            case .preamble:
                guard let found = search() else {
                    start = max(start, buffer.count - delimiter.count + 1)
                    return nil
                }
                start = found + delimiter.count
                state = .delimiterLine
            case .delimiterLine:
                guard try endDelimiterLine() else { return nil }
            case .headers:
                guard let head = try headers() else { return nil }
                currentPart += 1
                state = .content
                guard currentPart < limits.parts else { throw .multipartLimit(what: "parts", limit: limits.parts) }
                return .part(head, index: currentPart)
            case .content:
                if let found = search() {
                    let piece = Array(buffer[start..<found])
                    if !piece.isEmpty {
                        start = found
                        return .content(piece)
                    }
                    start = found + delimiter.count
                    state = .delimiterLine
                    return .endOfPart
                }
                let safe = max(start, buffer.count - delimiter.count + 1)  // the rest may begin a delimiter
                guard safe > start else { return nil }
                defer { start = safe }
                return .content(Array(buffer[start..<safe]))
            case .finished:
                return nil
            }
        }
    }

    /// What may follow a delimiter: `--` at the end of the form, or spaces and a line break (transport padding, RFC 2046 section 5.1.1).
    private mutating func endDelimiterLine() throws(HTTPError) -> Bool {
        guard buffer.count >= start + 2 else { return false }
        if buffer[start] == UInt8(ascii: "-"), buffer[start + 1] == UInt8(ascii: "-") {
            state = .finished
            return true
        }
        var index = start
        while index < buffer.count, buffer[index] == 32 || buffer[index] == 9 { index += 1 }
        guard index - start <= 64 else { throw .malformedMultipart("padding after a boundary") }
        guard buffer.count >= index + 2 else { return false }
        guard buffer[index] == 13, buffer[index + 1] == 10 else { throw .malformedMultipart("a boundary is not followed by a line break") }
        start = index  // the header block is read from this line break, so that an empty block ends at once
        state = .headers
        return true
    }

    /// The header block, from the line break of the delimiter's line to the empty line.
    private mutating func headers() throws(HTTPError) -> PartHead? {
        let end = buffer.withUnsafeBufferPointer { bytes -> Int? in
            var index = start
            while index + 3 < bytes.count {
                if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 { return index }
                index += 1
            }
            return nil
        }
        guard (end ?? buffer.count) - start <= limits.headerBytes else {
            throw .multipartLimit(what: "header bytes in a part", limit: limits.headerBytes)
        }
        guard let end else { return nil }
        let block = end > start ? buffer[(start + 2)..<end] : []
        start = end + 4
        return try PartHead(block: block, limits: limits)
    }

    private func search() -> Int? {
        guard buffer.count - start >= delimiter.count else { return nil }
        return buffer.withUnsafeBufferPointer { bytes -> Int? in
            var index = start
            let last = bytes.count - delimiter.count
            while index <= last {
                if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 45, bytes[index + 3] == 45 {
                    var matched = 4
                    while matched < delimiter.count, bytes[index + matched] == delimiter[matched] { matched += 1 }
                    if matched == delimiter.count { return index }
                }
                index += 1
            }
            return nil
        }
    }
}
