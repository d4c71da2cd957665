import Foundation

/// A sortable identifier: 48 bits of Unix milliseconds, then 80 random bits, in Crockford's base 32 (26 characters). Source: github.com/ulid/spec.
package struct ULID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let description: String
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    package init(milliseconds: UInt64, random: inout some RandomNumberGenerator) {
        var text = ""
        for shift in stride(from: 45, through: 0, by: -5) { text.append(Self.alphabet[Int((milliseconds >> UInt64(shift)) & 31)]) }
        for _ in 0..<16 { text.append(Self.alphabet[Int(random.next() & 31)]) }
        description = text
    }

    /// A new identifier for this moment.
    package static func now() -> ULID {
        var random = SystemRandomNumberGenerator()
        return ULID(milliseconds: UInt64(max(0, Date().timeIntervalSince1970 * 1000)), random: &random)
    }

    /// Reads a written identifier; nil for anything that is not one.
    package init?(_ text: String) {
        guard text.utf8.count == 26, text.allSatisfy({ Self.alphabet.contains($0) }), let first = text.first, first <= "7" else {
            return nil
        }
        description = text
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = ULID(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a ULID: \(text)"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (a: ULID, b: ULID) -> Bool { a.description < b.description }
}
