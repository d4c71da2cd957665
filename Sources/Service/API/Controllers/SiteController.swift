import HTTP
import HTTPTypes

/// `/` and the files beside it: the dashboard.
struct SiteController: Sendable {
    let site: StaticSite?

    /// Scripts, styles and pictures of our own only; nobody may frame the page.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    private static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/",
            .init(
                "dashboard", "dashboard", "The dashboard; its scripts and styles lie beside it.", requestHeaders: ["If-None-Match"],
                answers: [.init(200, "A page.", .media(["text/html"]), headers: ["ETag"]), .init(304, "Not modified.")], problems: [404])
        ) { request in
            guard let answer = answer(request) else {
                throw Problem(.notFound, detail: "no dashboard is installed; start with --public DIRECTORY, or use the API: /openapi.json")
            }
            return answer
        }
    }

    /// The file that a GET or HEAD names; nil if it names none.
    func answer(_ request: ServerRequest) -> ServerResponse? {
        guard request.method == .get || request.method == .head, let file = site?.file(request.segments) else { return nil }
        let tag = "\"\(file.digest)\""
        let fields: HTTPFields = [
            .eTag: tag, .cacheControl: "no-cache", .contentSecurityPolicy: Self.policy, Self.referrerPolicy: "no-referrer",
        ]
        if let held = request.fields[.ifNoneMatch], EntityTag.matches(held, tag) { return .empty(.notModified, fields: fields) }
        let response = ServerResponse.bytes(file.bytes, type: file.mediaType, fields: fields)
        guard let packed = file.packed, Compression.isWanted(by: request) else { return response }
        return Compression.replacing(response, with: packed)
    }
}
