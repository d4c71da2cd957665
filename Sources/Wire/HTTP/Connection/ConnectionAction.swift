/// What the shell must do, in order. Besides, it reads from the socket exactly while ``ConnectionMachine/wantsInput``.
enum ConnectionAction: Equatable {
    /// Start a handler for this request.
    case begin(exchange: Int, RequestHead, id: String, body: InitialBody)
    /// Hand the handler a piece of its body; never empty.
    case deliver([UInt8])
    case endBody
    case failBody(HTTPError)
    /// Nobody will read the answer: cancel the handler and wake its writer.
    case cancelHandler
    /// The answer was given in full; the handler's writer is not used any more.
    case finishHandler
    case send([UInt8])
    case log(AccessRecord)
    /// Send FIN: what was sent so far is all.
    case finishSending
    /// Close the socket. Nothing follows.
    case close

    enum InitialBody: Equatable {
        /// No body, or one that came wholly with the head.
        case complete([UInt8])
        case open(declaredLength: Int?)
    }
}
