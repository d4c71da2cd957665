import HTTP
import HTTPTypes

extension APIError {
    /// The words and the status for the client.
    package var problem: Problem {
        switch self {
        case .malformed(let detail):
            Problem(.badRequest, detail: detail)
        case .badQuery(let faults):
            Problem(.badRequest, title: "Bad query", detail: faults.map(\.detail).joined(separator: "; "), errors: faults.map(\.wire))
        case .invalid(let faults):
            Problem(.unprocessableContent, detail: faults.map(\.detail).joined(separator: "; "), errors: faults.map(\.wire))
        case .foreignOrigin(let origin):
            Problem(.forbidden, detail: "a page of \(origin.prefix(200)) sent this; only the service's own pages may change anything")
        case .foreignHost(let host):
            Problem(
                .misdirectedRequest,
                detail:
                    "this service is not known as '\(host.prefix(200))'; address it by its number or as localhost, or start it with --allow-host"
            )
        case .notAcceptable(let got, let offered):
            Problem(
                .notAcceptable,
                detail: "Accept is '\(got.prefix(200))'; the answer comes as \(Set(offered).sorted().joined(separator: ", "))")
        case .unsupportedCoding(let got, let allowed):
            // RFC 9110 section 15.5.16: the field tells which codings would have been understood.
            Problem(
                .unsupportedMediaType,
                detail:
                    "Content-Encoding is '\(got.prefix(100))'; allowed here: \(allowed.isEmpty ? "none" : allowed.joined(separator: ", "))",
                fields: [.acceptEncoding: allowed.isEmpty ? "identity" : "gzip"])
        case .notFound(let kind, let name):
            Problem(.notFound, detail: "there is no \(kind) '\(name.prefix(200))'")
        case .conflict(let detail):
            Problem(.conflict, detail: detail)
        case .preconditionFailed(let detail):
            Problem(.preconditionFailed, detail: detail)
        case .tooLarge(let what, let limit):
            Problem(.contentTooLarge, detail: "\(what) is larger than \(limit) bytes")
        case .unsupportedMedia(let got, let allowed):
            Problem(
                .unsupportedMediaType,
                detail:
                    "the body is \(got.map { "'\($0.prefix(100))'" } ?? "of no declared type"); allowed: \(allowed.joined(separator: ", "))"
            )
        case .deadline(let milliseconds):
            Problem(
                .gatewayTimeout, title: "Too late",
                detail: "there was no answer within the \(milliseconds) ms that the request allows; its place is free again")
        case .unavailable(let detail, let seconds):
            Problem(.serviceUnavailable, detail: detail, fields: [.retryAfter: String(seconds)])
        }
    }
}

extension APIError.Fault {
    var wire: Problem.Fault { Problem.Fault(pointer: pointer, code: code, detail: detail) }
}
