/// An answer's JSON, read by name and position.
package enum JSON: Sendable, Equatable, Decodable {
    case null, bool(Bool), number(Double), string(String), array([JSON]), object([String: JSON])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    package subscript(name: String) -> JSON { if case .object(let fields) = self { fields[name] ?? .null } else { .null } }
    package subscript(index: Int) -> JSON {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .null }
    }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var int: Int? { number.map { Int($0) } }
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    package var array: [JSON] { if case .array(let items) = self { items } else { [] } }
    package var keys: [String] { if case .object(let fields) = self { fields.keys.sorted() } else { [] } }
}
