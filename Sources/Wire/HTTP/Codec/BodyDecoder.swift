/// Takes the body of a request off the stream. Pure.
struct BodyDecoder: Sendable {
    private enum State: Sendable {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
    }

    private var state: State

    init(_ framing: BodyFraming, limits: ConnectionLimits) {
        switch framing {
        case .none: state = .length(remaining: 0)
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunked(ChunkedDecoder(limits: limits))
        }
    }

    var isComplete: Bool {
        switch state {
        case .length(let remaining): remaining == 0
        case .chunked(let decoder): decoder.isComplete
        }
    }

    /// How many bytes are to come; nil where the client has not said.
    var remaining: Int? {
        switch state {
        case .length(let remaining): remaining
        case .chunked(let decoder): decoder.isComplete ? 0 : nil
        }
    }

    /// So many bytes of content were taken off the stream by others; at most those that remain of a declared length.
    mutating func skip(_ count: Int) {
        if case .length(let remaining) = state { state = .length(remaining: remaining - count) }
    }

    /// Appends at most `limit` bytes of content to `output`.
    ///
    /// - Returns: how many bytes of `input` were used up.
    mutating func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8], limit: Int) throws(RequestFault) -> Int {
        switch state {
        case .length(let remaining):
            let count = min(remaining, input.count, limit)
            output.append(contentsOf: UnsafeBufferPointer(rebasing: input[..<count]))
            state = .length(remaining: remaining - count)
            return count
        case .chunked(var decoder):
            defer { state = .chunked(decoder) }
            return try decoder.decode(input, into: &output, limit: limit)
        }
    }
}
