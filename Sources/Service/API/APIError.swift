/// What this target itself refuses. `APIError+Problem.swift` turns each case into words and a status.
package enum APIError: Error, Sendable, Equatable {
    /// One fault of a request: where (JSON pointer, or the name of a query parameter), a stable code, and advice.
    package struct Fault: Sendable, Equatable, Codable {
        package let pointer: String
        package let code: String
        package let detail: String

        package init(pointer: String, code: String, detail: String) {
            self.pointer = pointer
            self.code = code
            self.detail = detail
        }
    }

    /// 400: the request cannot be read.
    case malformed(String)
    /// 400: query parameters that the route does not have, or values that they cannot take.
    case badQuery([Fault])
    /// 422: the request was read, and its values are wrong; every fault at once.
    case invalid([Fault])
    /// 403: a page of another origin sent it.
    case foreignOrigin(String)
    /// 421: it names a host that this service is not known under.
    case foreignHost(String)
    /// 406: `Accept` excludes every form of the answer.
    case notAcceptable(got: String, offered: [String])
    /// 415: the body is packed in a way that is not unpacked here.
    case unsupportedCoding(got: String, allowed: [String])
    /// 404.
    case notFound(kind: String, name: String)
    /// 409.
    case conflict(String)
    /// 412.
    case preconditionFailed(String)
    /// 413: `what` is larger than `limit` bytes.
    case tooLarge(what: String, limit: Int)
    /// 415.
    case unsupportedMedia(got: String?, allowed: [String])
    /// 504: the client's own time for it is over.
    case deadline(milliseconds: Int)
    /// 503 with `Retry-After`.
    case unavailable(String, retryAfterSeconds: Int)
}
