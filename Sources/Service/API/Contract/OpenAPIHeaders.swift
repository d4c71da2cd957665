/// The headers that the document names.
enum OpenAPIHeaders {
    private static let texts: [(name: String, summary: String)] = [
        ("ETag", "A tag of these bytes or this state, for `If-None-Match` and `If-Match`."),
        ("Location", "Where the new thing is."),
        ("Link", "`rel=\"next\"`: the next page (RFC 8288)."),
        ("Server-Timing", "Milliseconds of decoding, waiting and computing."),
        ("Retry-After", "Seconds to wait before coming again."),
        ("Inference-Header-Content-Length", "Bytes of the JSON; behind it are those of binary tensors. Absent: all is JSON."),
        ("Idempotent-Replayed", "`true` when this is the stored answer to an earlier request with the same `Idempotency-Key`."),
    ]

    private static let requestTexts: [String: String] = [
        "If-None-Match": "Tags that the client holds; 304 if one still fits.",
        "If-Match": "The tag of what is to be replaced; 412 if it does not fit.",
        "Idempotency-Key":
            "A key of the client's choice (1 to 255 characters); the answer is kept for 24 hours and given again to the same request.",
        "Last-Event-ID": "The position after which to go on.",
        "Inference-Header-Content-Length": "Bytes of the JSON where those of binary tensors follow it.",
        "Range": "One range of bytes (RFC 9110 section 14).",
    ]

    static var all: [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: texts.map { ($0.name, ["description": .string($0.summary), "schema": ["type": "string"]]) })
    }

    /// A request header as an OpenAPI parameter.
    static func parameter(_ name: String) -> JSONValue? {
        guard let summary = requestTexts[name] else { return nil }
        return ["name": .string(name), "in": "header", "required": false, "description": .string(summary), "schema": ["type": "string"]]
    }
}
