import HTTPTypes

/// The words behind a status code. Source: RFC 9110 section 15, RFC 6585, RFC 4918 (507).
enum ReasonPhrase {
    private static let known: [Int: String] = {
        let statuses: [HTTPResponse.Status] = [
            .ok, .created, .accepted, .noContent, .resetContent, .partialContent, .movedPermanently, .found, .seeOther, .notModified,
            .temporaryRedirect, .permanentRedirect, .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
            .requestTimeout, .conflict, .gone, .lengthRequired, .preconditionFailed, .contentTooLarge, .uriTooLong, .unsupportedMediaType,
            .rangeNotSatisfiable, .expectationFailed, .misdirectedRequest, .unprocessableContent, .preconditionRequired, .tooManyRequests,
            .requestHeaderFieldsTooLarge, .internalServerError, .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout,
            .httpVersionNotSupported,
        ]
        let pairs = statuses.map { ($0.code, $0.reasonPhrase) } + [(424, "Failed Dependency"), (507, "Insufficient Storage")]
        return Dictionary(pairs) { first, _ in first }
    }()

    /// The status's own phrase, or the usual one of its code; empty (RFC 9112 section 4 allows that) for an unusual code.
    static func of(_ status: HTTPResponse.Status) -> String { status.reasonPhrase.isEmpty ? known[status.code] ?? "" : status.reasonPhrase }
}
