import Foundation
import Jobs

/// The fields of a value as its JSON names them, for people: whatever it holds.
enum Facts {
    /// Names with their values as text, nested names behind a dot, in the order of the names. Nulls are left out.
    static func of(_ value: some Encodable) throws -> [(name: String, value: String)] { flat(try JSONValue(of: value), "") }

    /// Numbers that stand directly in the value, in the order of their names.
    static func numbers(_ value: some Encodable) throws -> [(name: String, value: Double)] {
        guard case .object(let fields) = try JSONValue(of: value) else { return [] }
        return fields.compactMap { field in
            guard case .number(let number, _) = field.value else { return nil }
            return (field.name, number)
        }
    }

    private static func flat(_ value: JSONValue, _ name: String) -> [(name: String, value: String)] {
        switch value {
        case .object(let fields): fields.flatMap { flat($0.value, name.isEmpty ? $0.name : "\(name).\($0.name)") }
        case .array(let items): items.isEmpty ? [] : [(name, items.map(text).joined(separator: ", "))]
        case .null: []
        default: [(name, text(value))]
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "–"
        case .bool(let flag): flag ? "yes" : "no"
        case .number(let number, let whole): whole.map(String.init) ?? String(format: "%.9g", number)
        case .string(let text): text
        case .array, .object: "\(value)"
        }
    }
}
