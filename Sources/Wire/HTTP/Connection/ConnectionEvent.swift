import HTTPTypes

/// What happens to a connection. Events of a handler name their exchange, so that a late one does not touch the next.
enum ConnectionEvent {
    /// Bytes from the socket; valid during the call.
    case received(UnsafeBufferPointer<UInt8>)
    /// So many bytes of the body, which the shell put into the reader's hands itself; at most ``ConnectionMachine/directBytes``.
    case receivedDirectly(Int)
    /// The client will send no more (FIN). It may still read.
    case peerFinished
    /// Reading or writing failed: nobody is there.
    case lost
    /// The handler reads its body and took so many bytes since it last said so.
    case bodyWanted(exchange: Int, took: Int)
    /// The handler answers.
    case respond(exchange: Int, ResponseStart)
    /// A piece of a streamed body or a file.
    case responsePiece(exchange: Int, [UInt8])
    case responseEnd(exchange: Int)
    /// The handler cannot finish what it began: the client must see a broken body (RFC 9112 section 8).
    case responseFailed(exchange: Int)
    /// After every `send`: so many bytes still wait for the client, so many were taken since the last time.
    case wrote(waiting: Int, taken: Int)
    /// Time passed.
    case tick
    /// The server shuts down: finish what is in flight.
    case drain
    /// The grace is over.
    case abort
}

/// The beginning of an answer.
struct ResponseStart: Sendable {
    let status: HTTPResponse.Status
    let fields: HTTPFields
    /// Bytes of the body, nil where it is streamed without a known length.
    let length: Int?
    /// The whole body where it is at hand; then no pieces follow.
    let body: [UInt8]?
}
