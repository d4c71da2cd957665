import DatasetStore
import Foundation
import HTTP
import HTTPTypes

/// `page_size` and `page_token` of a list, and the list's answer.
enum Paging {
    static let defaultSize = PageRequest.defaultSize
    static let allowedSizes = PageRequest.sizes

    private static let linkName = HTTPField.Name("Link") ?? .server

    /// The asked page; the query was checked against the route's contract before.
    static func request(_ request: ServerRequest) throws -> PageRequest {
        try PageRequest(size: request.query["page_size"].flatMap(Int.init) ?? defaultSize, token: request.query["page_token"])
    }

    /// The page as JSON, with `Link: rel="next"` (RFC 8288) where there is more.
    static func answer<Item: Encodable & Sendable>(_ items: [Item], next: String?, to request: ServerRequest) throws -> ServerResponse {
        var fields: HTTPFields = [:]
        if let next { fields[linkName] = "<\(link(request, next))>; rel=\"next\"" }
        return try .json(ListMessage(items: items, nextPageToken: next), fields: fields)
    }

    private static func link(_ request: ServerRequest, _ token: String) -> String {
        let pairs = request.query.pairs.filter { $0.name != "page_token" } + [(name: "page_token", value: token)]
        return request.path + "?" + pairs.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7f}"))
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}
