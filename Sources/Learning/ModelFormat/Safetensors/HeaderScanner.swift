import Foundation

/// Reads the JSON of a safetensors header: exactly the grammar that the format allows, no recursion, no repeated key, no number but a natural one.
///
/// A general JSON reader would keep one of two equal keys in silence, and take 1e3 for a dimension.
struct HeaderScanner {
    struct Document {
        var tensors: [Tensor] = []
        var metadata: [String: String] = [:]
    }

    struct Tensor {
        let name: String
        let elementType: String
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(ModelFormatError) -> Document {
        guard bytes.first == UInt8(ascii: "{") else { throw .malformedHeader(at: 0, expected: "'{'") }
        var document = Document()
        var names: Set<String> = []
        try object { scanner, key throws(ModelFormatError) in
            guard names.insert(key).inserted else { throw .duplicateName(key) }
            if key == "__metadata__" {
                document.metadata = try scanner.strings()
            } else {
                document.tensors.append(try scanner.tensor(named: key))
            }
        }
        skipSpace()
        guard position == bytes.count else { throw malformed("only spaces after the object") }
        return document
    }

    private mutating func strings() throws(ModelFormatError) -> [String: String] {
        var strings: [String: String] = [:]
        try object { scanner, key throws(ModelFormatError) in
            guard strings[key] == nil else { throw .duplicateName("__metadata__.\(key)") }
            strings[key] = try scanner.string()
        }
        return strings
    }

    private mutating func tensor(named name: String) throws(ModelFormatError) -> Tensor {
        var elementType: String?
        var shape: [Int]?
        var offsets: [Int]?
        try object { scanner, key throws(ModelFormatError) in
            switch key {
            case "dtype" where elementType == nil: elementType = try scanner.string()
            case "shape" where shape == nil: shape = try scanner.numbers(atMost: 64)
            case "data_offsets" where offsets == nil: offsets = try scanner.numbers(atMost: 2)
            case "dtype", "shape", "data_offsets": throw .duplicateName("\(name).\(key)")
            default: throw scanner.malformed("dtype, shape or data_offsets in tensor \(name), not \(key)")
            }
        }
        guard let elementType, let shape, let offsets, offsets.count == 2 else {
            throw malformed("dtype, shape and two data_offsets in tensor \(name)")
        }
        return Tensor(name: name, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private mutating func object(_ member: (inout HeaderScanner, String) throws(ModelFormatError) -> Void) throws(ModelFormatError) {
        try expect(UInt8(ascii: "{"), "'{'")
        if accept(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            let key = try string()
            try expect(UInt8(ascii: ":"), "':'")
            skipSpace()
            try member(&self, key)
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "',' or '}'")
    }

    private mutating func numbers(atMost limit: Int) throws(ModelFormatError) -> [Int] {
        var numbers: [Int] = []
        try expect(UInt8(ascii: "["), "'['")
        if accept(UInt8(ascii: "]")) { return numbers }
        repeat {
            guard numbers.count < limit else { throw malformed("at most \(limit) numbers") }
            numbers.append(try number())
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "',' or ']'")
        return numbers
    }

    /// A natural number as JSON writes it, no sign, fraction, exponent or leading zero, that fits in `Int`.
    private mutating func number() throws(ModelFormatError) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, (48...57).contains(bytes[position]) {
            let (tens, tooMany) = value.multipliedReportingOverflow(by: 10)
            let (next, tooLarge) = tens.addingReportingOverflow(Int(bytes[position] - 48))
            guard !tooMany, !tooLarge else { throw malformed("a number below 2^63") }
            value = next
            position += 1
        }
        guard position > start, position == start + 1 || bytes[start] != 48 else { throw malformed("a natural number") }
        return value
    }

    private mutating func string() throws(ModelFormatError) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw malformed("a string") }
        let start = position
        var isEscaped = false
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            guard bytes[position] >= 0x20 else { throw malformed("no control character in a string") }
            if bytes[position] == UInt8(ascii: "\\") {
                isEscaped = true
                position += 1
            }
            position += 1
        }
        guard position < bytes.count else { throw malformed("the end of a string") }
        position += 1
        if isEscaped {
            guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position])) else {
                position = start
                throw malformed("a string with valid escapes")
            }
            return text
        }
        guard let text = String(validating: bytes[(start + 1)..<(position - 1)], as: UTF8.self) else {
            position = start
            throw malformed("a string in UTF-8")
        }
        return text
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(ModelFormatError) {
        guard accept(byte) else { throw malformed(what) }
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func malformed(_ expected: String) -> ModelFormatError { .malformedHeader(at: position, expected: expected) }
}
