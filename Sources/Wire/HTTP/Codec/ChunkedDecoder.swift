/// The chunked transfer coding, byte by byte where it is framing and in runs where it is content. Pure. Source: RFC 9112 section 7.1.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable, Equatable {
        case size(value: Int, digits: Int)
        case chunkExtension(length: Int)
        case sizeLineFeed(value: Int)
        case content(remaining: Int)
        case contentReturn
        case contentLineFeed
        case trailer
        case complete
    }

    /// Bytes of extensions on one line. They mean nothing here; a client that sends more is hostile.
    private static let maximumExtension = 256

    private let limits: ConnectionLimits
    private var state = State.size(value: 0, digits: 0)
    /// The chunk whose extensions are being skipped.
    private var size = 0
    private var trailerLine: [UInt8] = []
    private var trailerBytes = 0
    private var trailerFields = 0

    init(limits: ConnectionLimits) { self.limits = limits }

    var isComplete: Bool { state == .complete }

    /// As ``BodyDecoder/decode(_:into:limit:)``.
    mutating func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8], limit: Int) throws(RequestFault) -> Int {
        var index = 0
        var room = limit
        while index < input.count, state != .complete {
            if case .content(let remaining) = state {
                guard room > 0 else { break }
                let count = min(remaining, input.count - index, room)
                output.append(contentsOf: UnsafeBufferPointer(rebasing: input[index..<index + count]))
                index += count
                room -= count
                state = count == remaining ? .contentReturn : .content(remaining: remaining - count)
            } else {
                try step(input[index])
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8) throws(RequestFault) {
        switch state {
        case .size(let value, let digits):
            if let digit = PercentEncoding.hexadecimal(byte) {
                guard digits < 15 else { throw .malformedChunk("a chunk size of more than 15 digits") }  // 60 bits: cannot overflow
                state = .size(value: value << 4 | Int(digit), digits: digits + 1)
            } else if digits > 0, byte == 13 {
                state = .sizeLineFeed(value: value)
            } else if digits > 0, byte == UInt8(ascii: ";") {
                size = value
                state = .chunkExtension(length: 0)
            } else {
                throw .malformedChunk("a chunk size that is not hexadecimal")
            }
        case .chunkExtension(let length):
            if byte == 13 {
                state = .sizeLineFeed(value: size)
            } else {
                guard byte >= 32 || byte == 9, byte != 127 else { throw .malformedChunk("a control character in a chunk extension") }
                guard length < Self.maximumExtension else {
                    throw .malformedChunk("chunk extensions of more than \(Self.maximumExtension) bytes")
                }
                state = .chunkExtension(length: length + 1)
            }
        case .sizeLineFeed(let value):
            guard byte == 10 else { throw .malformedChunk("a chunk size without a line break") }
            state = value == 0 ? .trailer : .content(remaining: value)
        case .contentReturn:
            guard byte == 13 else { throw .malformedChunk("a chunk longer than its size") }
            state = .contentLineFeed
        case .contentLineFeed:
            guard byte == 10 else { throw .malformedChunk("a chunk longer than its size") }
            state = .size(value: 0, digits: 0)
        case .trailer:
            try trailer(byte)
        case .content, .complete:
            break
        }
    }

    /// Section 7.1.2: trailer fields may be discarded; they are checked and counted all the same.
    private mutating func trailer(_ byte: UInt8) throws(RequestFault) {
        trailerBytes += 1
        guard trailerBytes <= limits.headBytes else { throw .malformedChunk("a trailer section of more than \(limits.headBytes) bytes") }
        guard byte == 10 else {
            trailerLine.append(byte)
            return
        }
        guard trailerLine.popLast() == 13 else { throw .malformedChunk("a bare line feed in the trailer section") }
        guard !trailerLine.isEmpty else {
            state = .complete
            return
        }
        trailerFields += 1
        guard trailerFields <= limits.fields else { throw .malformedChunk("more than \(limits.fields) trailer fields") }
        let line = trailerLine
        trailerLine = []
        do throws(FieldLine.Fault) {
            _ = try line.withUnsafeBufferPointer { bytes throws(FieldLine.Fault) in try FieldLine.parse(bytes) }
        } catch { throw .malformedChunk("in the trailer section, \(error.sentence)") }
    }
}
