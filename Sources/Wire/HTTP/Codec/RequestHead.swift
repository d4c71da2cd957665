import HTTPTypes

/// The head of a request, understood and checked.
struct RequestHead: Sendable, Equatable {
    let request: HTTPRequest
    let target: RequestTarget
    let framing: BodyFraming
    /// 1 for HTTP/1.1 (and later 1.x), 0 for HTTP/1.0.
    let minorVersion: Int
    /// Whether the client lets the connection live on (RFC 9112 section 9.3).
    let keepsAlive: Bool
    /// Whether the client waits for `100 Continue` (RFC 9110 section 10.1.1).
    let expectsContinue: Bool
}

/// How the length of a body is known. Source: RFC 9112 section 6.3.
enum BodyFraming: Sendable, Equatable {
    case none
    case length(Int)
    case chunked
}
