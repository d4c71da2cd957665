/// The `Range` field of a request. Source: RFC 9110 section 14.1.2.
enum ByteRange {
    enum Result: Equatable {
        case range(Range<Int>)
        /// No byte of the file is meant: 416.
        case unsatisfiable
        /// Another unit, several ranges, or not understood: the whole file (section 14.2 allows to ignore it).
        case ignored
    }

    static func parse(_ text: String, size: Int) -> Result {
        guard text.hasPrefix("bytes=") else { return .ignored }
        let specification = text.dropFirst(6).trimmed
        guard !specification.contains(","), let dash = specification.firstIndex(of: "-") else { return .ignored }
        let first = specification[..<dash]
        let last = specification[specification.index(after: dash)...]
        guard (first + last).utf8.allSatisfy({ (48...57).contains($0) }) else { return .ignored }
        if first.isEmpty {
            guard let count = Int(last) else { return .ignored }  // "-" alone, or beyond 2^63
            return count == 0 || size == 0 ? .unsatisfiable : .range(max(0, size - count)..<size)
        }
        guard let start = Int(first) else { return .unsatisfiable }
        guard !last.isEmpty else { return start < size ? .range(start..<size) : .unsatisfiable }
        let end = Int(last) ?? Int.max
        guard end >= start else { return .ignored }  // section 14.1.1: such a range is invalid
        return start < size ? .range(start..<min(end, size - 1) + 1) : .unsatisfiable
    }
}
