import HTTPTypes

/// One request and its answer, while they are on the wire.
struct Exchange {
    /// How far the request's body came.
    enum BodyState: Equatable {
        case open
        case complete
        /// Broken, late or cut short: nothing more of this connection's input can be understood.
        case failed
    }

    /// How far the answer came.
    enum Answer: Equatable {
        case none
        /// So many bytes of content are to come.
        case length(remaining: Int)
        case chunked
        case untilClose
        /// A HEAD, 204 or 304: pieces are dropped.
        case withoutBody
    }

    let number: Int
    let id: String
    /// Nil for a request that could not be read.
    let head: RequestHead?
    let began: ContinuousClock.Instant
    var decoder: BodyDecoder
    var body = BodyState.complete
    /// How many bytes may be delivered before the reader takes some.
    var credit = RequestBody.window
    /// Whether the reader has asked at all, or need not.
    var isWanted = false
    /// Whether the client still waits for `100 Continue`.
    var owesContinue = false
    var received = 0
    /// `received` when the body's clock was last set.
    var receivedAtDeadline = 0
    var answer = Answer.none
    var keepsAlive: Bool
    var status = 0
    var sent = 0

    /// For the first bytes of the body: with room for all that may come before the reader takes some, where it is known.
    var emptyPiece: [UInt8] {
        var piece: [UInt8] = []
        piece.reserveCapacity(min(decoder.remaining ?? 0, credit))
        return piece
    }

    /// How many of the next bytes are content as it is, and wanted.
    var directBytes: Int { body == .open && isWanted ? min(decoder.remaining ?? 0, credit) : 0 }

    func record(peer: String, complete: Bool, now: ContinuousClock.Instant) -> AccessRecord {
        let path = head?.request.path.map { String($0.prefix { $0 != "?" }) } ?? ""
        return AccessRecord(
            method: head?.request.method, path: path, status: status, bytes: sent, duration: began.duration(to: now), requestID: id,
            peer: peer,
            complete: complete)
    }
}
