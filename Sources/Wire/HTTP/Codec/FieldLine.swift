import HTTPTypes

/// One line of a field section. Source: RFC 9112 section 5.
enum FieldLine {
    /// What is wrong with a line.
    enum Fault: Error, Equatable, Sendable {
        /// A line that begins with a space or tab (section 5.2: reject).
        case folded
        case noColon
        /// Not a token; also a space before the colon (section 5.1: reject, it smuggles requests).
        case malformedName
        /// A control character in the value (RFC 9110 section 5.5).
        case malformedValue

        var sentence: String {
            switch self {
            case .folded: "a field line begins with white space"
            case .noColon: "a field line without a colon"
            case .malformedName: "a field name is not a token"
            case .malformedValue: "a control character in a field value"
            }
        }
    }

    /// - Parameter line: without its line break.
    static func parse(_ line: UnsafeBufferPointer<UInt8>) throws(Fault) -> HTTPField {
        guard let first = line.first, first != 32, first != 9 else { throw .folded }
        var colon = 0
        while colon < line.count, line[colon].isTokenCharacter { colon += 1 }
        guard colon < line.count else { throw .noColon }
        guard line[colon] == UInt8(ascii: ":"), colon > 0 else { throw line.contains(UInt8(ascii: ":")) ? .malformedName : .noColon }
        var start = colon + 1
        var end = line.count
        // Section 5: white space around the value is not part of it.
        while start < end, line[start] == 32 || line[start] == 9 { start += 1 }
        while end > start, line[end - 1] == 32 || line[end - 1] == 9 { end -= 1 }
        for index in start..<end where (line[index] < 32 && line[index] != 9) || line[index] == 127 { throw .malformedValue }
        guard let name = KnownFieldNames.name(UnsafeBufferPointer(rebasing: line[..<colon])) else { throw .malformedName }
        return HTTPField(name: name, value: UnsafeBufferPointer(rebasing: line[start..<end]))
    }
}
