/// A JSON text that is written piece by piece, for an answer that is given so often that an encoder's 50 µs count. Source: RFC 8259.
///
/// It writes what `JSONEncoder` writes with sorted keys and unescaped slashes; the order of the members is the caller's.
struct JSONText: Sendable {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Structure and keys, as they are.
    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// The shortest digits that give this number again.
    /// - Throws: `EncodingError` for what JSON cannot say: infinity, not a number.
    mutating func number(_ value: Double) throws(EncodingError) {
        guard value.isFinite else { throw .invalidValue(value, .init(codingPath: [], debugDescription: "JSON has no \(value)")) }
        let text = value.description
        bytes.append(contentsOf: text.hasSuffix(".0") ? text.dropLast(2).utf8 : text[...].utf8)
    }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 8: raw("\\b")
            case 9: raw("\\t")
            case 10: raw("\\n")
            case 12: raw("\\f")
            case 13: raw("\\r")
            case 0..<32:
                raw(byte < 16 ? "\\u000" : "\\u001")
                bytes.append(contentsOf: String(byte % 16, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// An array: `each` writes an item.
    mutating func array<Item>(_ items: [Item], _ each: (inout JSONText, Item) throws(EncodingError) -> Void) throws(EncodingError) {
        raw("[")
        for (place, item) in items.enumerated() {
            if place > 0 { raw(",") }
            try each(&self, item)
        }
        raw("]")
    }
}
