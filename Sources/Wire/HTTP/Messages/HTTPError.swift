import HTTPTypes

/// What can go wrong between a handler and its client. ``problem`` is the sentence for the client.
package enum HTTPError: Error, Sendable, Equatable {
    /// The connection was lost; nobody reads the answer.
    case clientGone
    /// The handler's task was cancelled while it waited for the client.
    case cancelled
    /// The body is longer than the handler allows, in bytes.
    case bodyTooLarge(limit: Int)
    /// No byte of the body came for this long while the handler waited.
    case bodyTimeout(after: Duration)
    /// The client ended its stream before the body was complete.
    case bodyCutShort(got: Int)
    /// The chunked framing is wrong (RFC 9112 section 7.1).
    case malformedBody(String)
    /// The body was read after the answer was finished, or by two readers at once.
    case bodyUnavailable
    /// The multipart body breaks RFC 7578 or RFC 2046.
    case malformedMultipart(String)
    /// The multipart body has more of something than is allowed.
    case multipartLimit(what: String, limit: Int)
    /// The request target cannot be understood.
    case malformedTarget(String)
    /// The server was started twice, or after it was shut down.
    case alreadyStarted

    /// The answer that tells the client about it.
    package var problem: Problem {
        switch self {
        case .clientGone, .cancelled:
            Problem(.serviceUnavailable, detail: "the request was abandoned")
        case .bodyTooLarge(let limit):
            Problem(.contentTooLarge, detail: "the body is longer than \(limit) bytes")
        case .bodyTimeout(let time):
            Problem(.requestTimeout, detail: "no byte of the body came for \(time)")
        case .bodyCutShort(let got):
            Problem(.badRequest, detail: "the body ended after \(got) bytes, before it was complete")
        case .malformedBody(let what):
            Problem(.badRequest, detail: "malformed body: \(what)")
        case .bodyUnavailable, .alreadyStarted:
            Problem(.internalServerError)
        case .malformedMultipart(let what):
            Problem(.badRequest, detail: "malformed multipart/form-data: \(what)")
        case .multipartLimit(let what, let limit):
            Problem(.contentTooLarge, detail: "multipart/form-data with more than \(limit) \(what)")
        case .malformedTarget(let what):
            Problem(.badRequest, detail: "malformed request target: \(what)")
        }
    }
}
