import Base
import Foundation
import HTTPTypes

/// Prints the route table as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1). What stands in it is what the router obeys.
struct OpenAPIDocument {
    let title: String
    let version: String
    let routes: [RouteTable.Route]

    /// The document, keys sorted, so that equal tables print equal bytes.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(try value())) + [UInt8(ascii: "\n")]
    }

    func value() throws -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in routes {
            var item: [String: JSONValue] = [:]
            if case .object(let known) = paths[route.pattern] { item = known }
            item[route.method.rawValue.lowercased()] = operation(route)
            paths[route.pattern] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": .string(title), "version": .string(version),
                "summary": "Trains compact image classifiers from few labelled and many unlabelled images, quantises them and serves them.",
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(Set(routes.map(\.contract.tag)).sorted().map { ["name": .string($0)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(try OpenAPISchemas.all()), "headers": .object(OpenAPIHeaders.all),
                "responses": ["Problem": Self.problem("Refused or failed; `detail` and `errors` say why and what is allowed.")],
            ],
        ]
    }

    private func operation(_ route: RouteTable.Route) -> JSONValue {
        let contract = route.contract
        var answers: [String: JSONValue] = [:]
        for answer in contract.answers { answers[String(answer.status)] = Self.answer(answer) }
        for status in contract.problems { answers[String(status)] = Self.problem(Self.reasons[status] ?? "Refused.") }
        if !contract.query.isEmpty {
            answers["400"] = answers["400"] ?? Self.problem("A query parameter that is not listed, or a value out of range.")
        }
        answers["default"] = ["$ref": "#/components/responses/Problem"]
        var operation: [String: JSONValue] = [
            "operationId": .string(contract.id), "tags": [.string(contract.tag)], "summary": .string(contract.summary),
            "responses": .object(answers),
        ]
        let parameters =
            pathParameters(route.pattern) + contract.query.map(Self.parameter)
            + contract.requestHeaders.compactMap(OpenAPIHeaders.parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = Self.body(contract.body) { operation["requestBody"] = body }
        return .object(operation)
    }

    private func pathParameters(_ pattern: String) -> [JSONValue] {
        pattern.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { segment in
            let name = String(segment.dropFirst().dropLast())
            let schema = Self.pathSchemas[name] ?? "Name"
            return ["name": .string(name), "in": "path", "required": true, "schema": ["$ref": .string("#/components/schemas/\(schema)")]]
        }
    }

    private static let pathSchemas = ["id": "ULID", "v": "Version", "r": "Version", "file": "FileName", "path": "FileName"]

    private static func parameter(_ parameter: QueryParameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": "query", "required": false, "description": .string(parameter.summary),
            "schema": parameter.schema,
        ]
    }

    private static func answer(_ answer: OperationContract.Answer) -> JSONValue {
        var fields: [String: JSONValue] = ["description": .string(answer.summary)]
        switch answer.content {
        case .none: break
        case .json(let schema): fields["content"] = [FileType.json: ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]]
        case .jsonOr(let schema, let types):
            var media: [String: JSONValue] = [FileType.json: ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]]
            for type in types { media[type] = .object([:]) }
            fields["content"] = .object(media)
        case .media(let types): fields["content"] = .object(Dictionary(uniqueKeysWithValues: types.map { ($0, JSONValue.object([:])) }))
        }
        if !answer.headers.isEmpty {
            fields["headers"] = .object(
                Dictionary(uniqueKeysWithValues: answer.headers.map { ($0, ["$ref": .string("#/components/headers/\($0)")]) }))
        }
        return .object(fields)
    }

    private static func problem(_ summary: String) -> JSONValue {
        [
            "description": .string(summary),
            "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
        ]
    }

    private static func body(_ body: OperationContract.Body) -> JSONValue? {
        switch body {
        case .none: return nil
        case .json(let schema, let required):
            return [
                "required": .bool(required), "content": [FileType.json: ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]],
            ]
        case .raw(let types, let summary):
            return ["required": true, "description": .string(summary), "content": .object(raw(types))]
        case .jsonOrBinary(let schema, let summary):
            return [
                "required": true, "description": .string(summary),
                "content": [FileType.json: ["schema": ["$ref": .string("#/components/schemas/\(schema)")]], FileType.octets: .object([:])],
            ]
        case .files(let summary):
            return ["required": true, "description": .string(summary), "content": ["multipart/form-data": files]]
        case .rawOrFiles(let types, let summary):
            return [
                "required": true, "description": .string(summary),
                "content": .object(raw(types).merging(["multipart/form-data": files]) { a, _ in a }),
            ]
        }
    }

    private static func raw(_ types: [String]) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: types.map { ($0, JSONValue.object([:])) })
    }

    private static let files: JSONValue = [
        "schema": [
            "type": "object",
            "properties": ["file": ["type": "array", "items": ["type": "string", "contentMediaType": "application/octet-stream"]]],
        ]
    ]

    /// What the statuses mean here, for the document.
    static let reasons: [Int: String] = [
        400: "Malformed: the request cannot be read, or has query parameters that are not listed.", 404: "There is no such thing.",
        406: "`Accept` excludes every form of the answer.",
        409: "It contradicts what is there.", 411: "A length is needed.", 412: "A condition (If-Match) does not hold.",
        413: "Larger than a limit of /v1/version.",
        415: "Not of a media type that is read here, or not a picture.",
        422: "Read, but wrong; one entry of `errors` for each fault, all at once.",
        503: "Saturated, loading or draining; `Retry-After` says when to come again.",
        504: "There was no answer within the time that the request allows.",
        507: "The disk is full.",
    ]
}
