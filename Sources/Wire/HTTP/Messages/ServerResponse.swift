import Foundation
import HTTPTypes

/// An answer as a handler gives it. `Content-Length`, `Transfer-Encoding`, `Connection`, `Date` and `X-Request-Id` are the server's.
package struct ServerResponse: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: ResponseBody
    /// Whether a streamed body without end (events) is cancelled and ended properly when the server drains, instead of holding it up.
    package var endsOnDrain = false

    package init(status: HTTPResponse.Status = .ok, fields: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// `application/json`, keys sorted, dates RFC 3339.
    ///
    /// - Throws: what the encoder throws, such as a number that is not finite.
    package static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]) throws -> ServerResponse
    {
        .bytes([UInt8](try encoder().encode(value)), type: "application/json", status: status, fields: fields)
    }

    /// `text/plain; charset=utf-8` unless told otherwise.
    package static func text(_ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8")
        -> ServerResponse
    {
        .bytes(Array(text.utf8), type: type, status: status)
    }

    package static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]) -> ServerResponse
    {
        var fields = fields
        fields[.contentType] = type
        return ServerResponse(status: status, fields: fields, body: .bytes(bytes))
    }

    package static func empty(_ status: HTTPResponse.Status, fields: HTTPFields = [:]) -> ServerResponse {
        ServerResponse(status: status, fields: fields, body: .empty)
    }

    /// `text/event-stream`. On drain the closure's task is cancelled and the stream ended properly.
    package static func events(_ body: @escaping @Sendable (ResponseWriter) async throws -> Void) -> ServerResponse {
        var response = ServerResponse(fields: [.contentType: "text/event-stream", .cacheControl: "no-cache"], body: .stream(body))
        response.endsOnDrain = true
        return response
    }

    /// `application/problem+json` (RFC 9457).
    package static func problem(_ problem: Problem) -> ServerResponse {
        var fields = problem.fields
        fields[.contentType] = "application/problem+json"
        let status = HTTPResponse.Status(integerLiteral: (400...599).contains(problem.status) ? problem.status : 500)
        // A Problem holds strings and numbers only, which always encode; the fallback is an empty object, still valid by RFC 9457 section 3.1.
        let bytes = (try? encoder().encode(problem)).map { [UInt8]($0) } ?? Array("{}".utf8)
        return ServerResponse(status: status, fields: fields, body: .bytes(bytes))
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}
