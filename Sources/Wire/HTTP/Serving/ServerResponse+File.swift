import Base
import Foundation
import HTTPTypes

extension ServerResponse {
    /// Serves a file to a GET or HEAD: `If-None-Match` and `If-Modified-Since` → 304, `Range` with `If-Range` → 206 or 416. Source: RFC 9110 sections 13 and 14.
    ///
    /// - Parameters:
    ///   - etag: a strong entity tag with its quotes, such as `"abc"`; without one nothing is matched by tag.
    ///   - lastModified: without one the file's own time.
    ///   - fields: further fields, such as `Cache-Control`.
    /// - Throws: ``Problem`` 404 if there is no such regular file; `SystemError` if it cannot be looked at.
    package static func file(
        _ url: URL, for request: ServerRequest, type: String, etag: String? = nil, lastModified: Timestamp? = nil, fields: HTTPFields = [:]
    ) async throws -> ServerResponse {
        let facts: FileFacts
        do {
            facts = try await FileFacts(of: url)
        } catch let error as SystemError where [ENOENT, ENOTDIR, EISDIR, ELOOP].contains(error.code) {
            throw Problem(.notFound, detail: "no such file")
        }
        let modified = HTTPDate(lastModified?.seconds ?? facts.modified)
        var fields = fields
        fields[.lastModified] = modified.description
        fields[.acceptRanges] = "bytes"
        if let etag { fields[.eTag] = etag }
        let conditions = FileConditions(etag: etag, modified: modified, size: facts.size)
        switch conditions.outcome(method: request.method, fields: request.fields) {
        case .notModified:
            return ServerResponse(status: .notModified, fields: fields)
        case .whole:
            fields[.contentType] = type
            return ServerResponse(fields: fields, body: .file(url, range: nil))
        case .part(let range):
            fields[.contentType] = type
            fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(facts.size)"  // RFC 9110 section 14.4
            return ServerResponse(status: .partialContent, fields: fields, body: .file(url, range: range))
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable, detail: "the file has \(facts.size) bytes", fields: [.contentRange: "bytes */\(facts.size)"])
        }
    }
}
