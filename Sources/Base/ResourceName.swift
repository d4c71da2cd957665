/// A name that a user gives to a dataset, model, image or alias: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}` without `..`. Safe as a file name.
package struct ResourceName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let description: String
    /// The rule in one sentence, for error messages.
    package static let rule = "1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit, without '..'"

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) }
        guard (1...128).contains(bytes.count), isAlphanumeric(bytes[0]) else { return nil }
        guard bytes.allSatisfy({ isAlphanumeric($0) || $0 == 46 || $0 == 95 || $0 == 45 }) else { return nil }
        guard !zip(bytes, bytes.dropFirst()).contains(where: { $0 == 46 && $1 == 46 }) else { return nil }
        description = text
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = ResourceName(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a name (\(Self.rule)): \(text)"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (a: ResourceName, b: ResourceName) -> Bool { a.description < b.description }
}
