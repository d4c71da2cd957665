import Base
import HTTP
import HTTPTypes

/// `/openapi.json`: the contract, printed from the route table that the router obeys.
struct ContractController: Sendable {
    let version: String

    /// Adds the route and prints the document, itself included; call it last.
    ///
    /// - Throws: if the schemas cannot be read (a mistake in this program).
    func addRoutes(to table: inout RouteTable) throws {
        let contract = OperationContract(
            "contract", "operation", "This document (OpenAPI 3.1).", requestHeaders: ["If-None-Match"],
            answers: [.init(200, "The contract.", .media([FileType.json]), headers: ["ETag"]), .init(304, "Not modified.")])
        var complete = table
        complete.on(.get, "/openapi.json", contract) { _ in .empty(.ok) }
        let document = try OpenAPIDocument(title: "Aliquot", version: version, routes: complete.routes).encoded()
        let tag = "\"\(SHA256Digest(of: document))\""
        table.on(.get, "/openapi.json", contract) { request in
            let fields: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
            if let held = request.fields[.ifNoneMatch], EntityTag.matches(held, tag) { return .empty(.notModified, fields: fields) }
            return .bytes(document, type: FileType.json, fields: fields)
        }
    }
}
