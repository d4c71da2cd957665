/// One field of a job as `GET /v1/methods` describes it.
struct MethodField: Encodable, Sendable {
    let name: String
    let type: String
    var required = false
    var `default`: JSONValue?
    var minimum: Double?
    var maximum: Double?
    var choices: [String]?
    let description: String

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
