import HTTP
import HTTPTypes

/// Keeps pages of other origins from changing anything through a visitor's browser, which sends forms to any address without asking (CSRF).
///
/// Programs send no `Origin`; the dashboard's own equals `Host`. Reads are harmless: without CORS fields no foreign page sees an answer.
enum SameOrigin {
    /// - Throws: ``APIError/foreignOrigin(_:)``
    static func check(_ request: ServerRequest) throws(APIError) {
        guard ![.get, .head, .options].contains(request.method), let origin = request.fields[.origin] else { return }
        let own = request.head.authority ?? ""
        // RFC 6454 section 7: scheme "://" host [ ":" port ], or "null". A proxy may end TLS before us, so the scheme is left out.
        let schemeEnd = origin.range(of: "://")
        guard let schemeEnd, origin[schemeEnd.upperBound...].lowercased() == own.lowercased() else { throw .foreignOrigin(origin) }
    }
}
