/// One field of a job as `GET /v1/methods` describes it.
package struct MethodField: Encodable, Sendable {
    package let name: String
    /// `string`, `integer`, `number`, `boolean` or `array` (of strings).
    package let type: String
    var required = false
    var `default`: JSONValue?
    package var minimum: Double?
    package var maximum: Double?
    package var choices: [String]?
    package let description: String

    /// The default as a person writes it; nil where there is none.
    package var defaultText: String? {
        switch `default` {
        case nil, .null: nil
        case .bool(let flag): "\(flag)"
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .string(let text): text
        case .array(let items):
            items.compactMap { item -> String? in if case .string(let text) = item { text } else { nil } }.joined(separator: ",")
        case .object: nil
        }
    }

    static func integer(_ name: String, _ range: ClosedRange<Int>, default value: Int?, _ description: String) -> MethodField {
        MethodField(
            name: name, type: "integer", default: value.map { .number(Double($0)) } ?? .null, minimum: Double(range.lowerBound),
            maximum: Double(range.upperBound),
            description: description)
    }

    static func number(_ name: String, _ range: ClosedRange<Double>, default value: Double?, _ description: String) -> MethodField {
        MethodField(
            name: name, type: "number", default: value.map { .number($0) } ?? .null, minimum: range.lowerBound, maximum: range.upperBound,
            description: description)
    }

    static func choice(_ name: String, _ choices: [String], default value: String?, _ description: String, required: Bool = false)
        -> MethodField
    {
        MethodField(
            name: name, type: "string", required: required, default: value.map(JSONValue.string), choices: choices, description: description
        )
    }
}
