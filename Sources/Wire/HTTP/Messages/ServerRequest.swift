import HTTPTypes

/// A request as a handler sees it. Its body is still on the wire: read it through ``RequestBody``.
package struct ServerRequest: Sendable {
    /// Method, authority, path with query as sent, and fields.
    package let head: HTTPRequest
    /// The percent-decoded segments of the path; an encoded slash stays inside its segment.
    package let segments: [String]
    package let query: Query
    package let body: RequestBody
    /// The client's `X-Request-Id` where it is 1 to 128 of `A-Z a-z 0-9 . _ -`, else one that the server made.
    package let id: String
    /// The client's address without port, such as `127.0.0.1` or `::1`.
    package let peer: String
    /// The values of `{name}` in the pattern of the route.
    package var parameters: [String: String] = [:]

    package init(head: HTTPRequest, target: RequestTarget, body: RequestBody, id: String, peer: String) {
        self.head = head
        segments = target.segments
        query = target.query
        self.body = body
        self.id = id
        self.peer = peer
    }

    /// A request without a socket, for specs of handlers.
    ///
    /// - Throws: ``HTTPError/malformedTarget(_:)``.
    package init(
        method: HTTPRequest.Method, target: String, fields: HTTPFields = [:], body: [UInt8] = [], id: String = "test",
        peer: String = "127.0.0.1"
    ) throws(HTTPError) {
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: target, headerFields: fields)
        self.init(head: head, target: try RequestTarget(parsing: target), body: RequestBody(bytes: body), id: id, peer: peer)
    }

    package var method: HTTPRequest.Method { head.method }
    package var fields: HTTPFields { head.headerFields }
    /// The value of `Content-Type`; several are joined, which no form or picture is known by.
    package var contentType: String? {
        let values = fields[values: .contentType]
        return values.count > 1 ? values.joined(separator: ", ") : values.first
    }
    /// The path as sent, without the query.
    package var path: String { String((head.path ?? "/").prefix { $0 != "?" }) }
}
