import Base
import Foundation
import Gzip
import HTTP
import HTTPTypes

extension ServerRequest {
    /// The name in the path under `{key}`; what cannot be a name cannot exist.
    func name(_ key: String, kind: String) throws(APIError) -> ResourceName {
        let text = parameters[key] ?? ""
        guard let name = ResourceName(text) else { throw .notFound(kind: kind, name: text) }
        return name
    }

    /// The same for something that the request creates: what is no name is the client's mistake.
    func newName(_ key: String, kind: String) throws(APIError) -> ResourceName {
        let text = parameters[key] ?? ""
        guard let name = ResourceName(text) else {
            throw .invalid([
                .init(pointer: "", code: "invalid_name", detail: "'\(text.prefix(200))' is not a name of a \(kind): \(ResourceName.rule)")
            ])
        }
        return name
    }

    func identifier(_ key: String, kind: String) throws(APIError) -> ULID {
        let text = parameters[key] ?? ""
        guard let id = ULID(text) else { throw .notFound(kind: kind, name: text) }
        return id
    }

    func number(_ key: String, kind: String) throws(APIError) -> Int {
        let text = parameters[key] ?? ""
        guard let number = Int(text), number >= 1, String(number) == text else { throw .notFound(kind: kind, name: text) }
        return number
    }

    /// The whole JSON body, after a look at `Content-Type`: absent, JSON, or the form type that `curl -d` sends without being asked.
    func jsonBody() async throws -> [UInt8] {
        let type = FileType.essence(fields[.contentType])
        guard type == nil || type == FileType.json || type?.hasSuffix("+json") == true || type == "application/x-www-form-urlencoded" else {
            throw APIError.unsupportedMedia(got: type, allowed: [FileType.json])
        }
        let sent = try await body.collect(limit: JSONFields.maximumBytes, called: "the JSON body")
        guard let coding = fields[.contentEncoding]?.lowercased(), coding == "gzip" || coding == "x-gzip" else { return sent }
        do throws(GzipError) {
            return try Gzip.decompress(sent, limit: JSONFields.maximumBytes)
        } catch {
            if case .tooLarge(let limit) = error { throw APIError.tooLarge(what: "the unpacked JSON body", limit: limit) }
            throw APIError.malformed("Content-Encoding is gzip, but the body is \(error)")
        }
    }
}
