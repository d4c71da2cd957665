/// A JSON text (RFC 8259) as a value. Fields of an object keep their order and may repeat: what a repeated name means is the reader's decision.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number, and whether it was written without fraction and exponent and fits `Int`.
    case number(Double, integer: Int?)
    case string(String)
    case array([JSONValue])
    case object([Field])

    /// One name and its value.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// What the value is, for error messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The first field of that name of an object; nil for everything else.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }
}
