/// Reads JSON (RFC 8259) strictly: one value, UTF-8 only, no comments, no trailing commas, no lone surrogates, no numbers beyond `Double`.
///
/// Recursion is bounded by `depthLimit`, so that hostile nesting cannot exhaust the stack. O(bytes).
package struct JSONParser {
    private let bytes: [UInt8]
    private let depthLimit: Int
    private var position = 0

    /// - Throws: ``SpecificationError/notJSON(offset:detail:)`` or ``SpecificationError/tooDeep(limit:)``.
    package static func parse(_ bytes: [UInt8], depthLimit: Int) throws(SpecificationError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
        let value = try parser.value(depth: 1)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.fault("more text after the value") }
        return value
    }

    private init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    private func fault(_ detail: String) -> SpecificationError { .notJSON(offset: position, detail: detail) }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func value(depth: Int) throws(SpecificationError) -> JSONValue {
        guard depth <= depthLimit else { throw .tooDeep(limit: depthLimit) }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
        case nil: throw fault("the text ends where a value should stand")
        default: throw fault("no value begins with this character")
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(SpecificationError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, "\(word)".utf8.elementsEqual(bytes[position..<end]) else { throw fault("not a literal") }
        position = end
        return value
    }

    private mutating func object(depth: Int) throws(SpecificationError) -> JSONValue {
        position += 1
        var fields: [JSONValue.Field] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(fields)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a field name in quotes should stand here") }
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw fault("':' should stand here") }
            position += 1
            fields.append(.init(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(fields)
            default: throw fault("',' or '}' should stand here")
            }
        }
    }

    private mutating func array(depth: Int) throws(SpecificationError) -> JSONValue {
        position += 1
        var items: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(items)
            default: throw fault("',' or ']' should stand here")
            }
        }
    }

    private mutating func digits() throws(SpecificationError) {
        let start = position
        while let byte = next, (48...57).contains(byte) { position += 1 }
        guard position > start else { throw fault("a digit should stand here") }
    }

    private mutating func number() throws(SpecificationError) -> JSONValue {
        let start = position
        var isInteger = true
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }  // RFC 8259 section 6: no leading zeros
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw fault("a number beyond the range of Double") }
        return .number(value, integer: isInteger ? Int(text) : nil)
    }

    private mutating func string() throws(SpecificationError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let value = String(validating: text, as: UTF8.self) else { throw fault("a string that is not UTF-8") }
                return value
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw fault("a control character inside a string")
            default: text.append(byte)
            }
        }
        throw fault("a string that does not end")
    }

    private mutating func escape() throws(SpecificationError) -> [UInt8] {
        guard let byte = next else { throw fault("an escape that does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
        default: throw fault("an unknown escape")
        }
    }

    private mutating func scalar() throws(SpecificationError) -> Character {
        let high = try hexadecimal()
        var code = high
        if (0xD800...0xDBFF).contains(high) {  // RFC 8259 section 7: a pair of surrogates
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") else {
                throw fault("a lone surrogate")
            }
            position += 2
            let low = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(low) else { throw fault("a lone surrogate") }
            code = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("a lone surrogate") }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(SpecificationError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw fault("an escape that does not end") }
        let digits = bytes[position..<position + 4]
        guard digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits should stand here") }
        position += 4
        return value
    }
}
