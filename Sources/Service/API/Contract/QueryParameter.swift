import Foundation

/// One query parameter that a route knows. The same value checks requests and is printed into `/openapi.json`.
struct QueryParameter: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case choice([String])
        case text(longest: Int)
    }

    let name: String
    let kind: Kind
    let summary: String

    init(_ name: String, _ kind: Kind, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }

    static let page: [QueryParameter] = [
        .init("page_size", .integer(Paging.allowedSizes), "Items a page; \(Paging.defaultSize) if absent."),
        .init("page_token", .text(longest: 512), "The `next_page_token` of the page before."),
    ]

    /// What is wrong with `text` as a value; nil if nothing is.
    func fault(of text: String) -> APIError.Fault? {
        switch kind {
        case .integer(let range):
            if let value = Int(text), range.contains(value) { return nil }
            return fault("a whole number from \(range.lowerBound) to \(range.upperBound)", text)
        case .number(let range):
            if let value = Double(text), range.contains(value) { return nil }
            return fault("a number from \(range.lowerBound) to \(range.upperBound)", text)
        case .choice(let allowed):
            return allowed.contains(text) ? nil : fault("one of \(allowed.joined(separator: ", "))", text)
        case .text(let longest):
            return (1...longest).contains(text.count) ? nil : fault("a text of 1 to \(longest) characters", text)
        }
    }

    private func fault(_ allowed: String, _ got: String) -> APIError.Fault {
        .init(pointer: "?\(name)", code: "bad_value", detail: "'\(got.prefix(64))' is not allowed for \(name); expected \(allowed)")
    }

    /// JSON Schema of the value.
    var schema: JSONValue {
        switch kind {
        case .integer(let range):
            ["type": "integer", "minimum": .number(Double(range.lowerBound)), "maximum": .number(Double(range.upperBound))]
        case .number(let range): ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .choice(let allowed): ["type": "string", "enum": .array(allowed.map(JSONValue.string))]
        case .text(let longest): ["type": "string", "minLength": 1, "maxLength": .number(Double(longest))]
        }
    }
}
