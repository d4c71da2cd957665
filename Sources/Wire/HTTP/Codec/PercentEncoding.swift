/// Percent-encoding of targets. Source: RFC 3986 section 2.1.
package enum PercentEncoding {
    /// Decodes once: `%252F` becomes `%2F` and stays so.
    ///
    /// - Throws: ``HTTPError/malformedTarget(_:)`` for an escape that is not `%` and two hexadecimal digits, for NUL, and for bytes that are not UTF-8.
    package static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool = false) throws(HTTPError) -> String {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 == 0 || $0 >= 128 }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            var byte = text[index]
            index = text.index(after: index)
            if byte == UInt8(ascii: "%") {
                guard index < text.endIndex, let high = hexadecimal(text[index]) else {
                    throw .malformedTarget("a % without two hexadecimal digits")
                }
                index = text.index(after: index)
                guard index < text.endIndex, let low = hexadecimal(text[index]) else {
                    throw .malformedTarget("a % without two hexadecimal digits")
                }
                index = text.index(after: index)
                byte = high << 4 | low
            } else if plusIsSpace, byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            }
            guard byte != 0 else { throw .malformedTarget("NUL") }
            bytes.append(byte)
        }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw .malformedTarget("not UTF-8") }
        return string
    }

    /// Encodes one path segment or query value: everything but unreserved characters (RFC 3986 section 2.3) becomes `%XX`.
    package static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of one hexadecimal digit, nil for any other byte.
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
