/// The path and query of a request in origin form, decoded. Source: RFC 9112 section 3.2.1, RFC 3986 section 3.
package struct RequestTarget: Sendable, Equatable {
    /// Percent-decoded once; an encoded slash stays inside its segment. `/a/b` → `["a", "b"]`, `/a/` → `["a", ""]`, `/` → `[]`, `*` → `["*"]`.
    package let segments: [String]
    package let query: Query

    /// - Throws: ``HTTPError/malformedTarget(_:)`` for bad escapes, NUL, bytes that are not UTF-8, and the segments `.` and `..` in any spelling
    ///   (a client removes them, RFC 3986 section 5.2.4; what still has them wants to climb).
    package init(parsing target: String) throws(HTTPError) {
        if target == "*" {
            segments = ["*"]
            query = Query()
            return
        }
        let bytes = target[...].utf8
        guard bytes.first == UInt8(ascii: "/") else { throw .malformedTarget("a path begins with /") }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw .malformedTarget("a fragment is not sent") }
        let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
        let path = bytes[bytes.index(after: bytes.startIndex)..<(mark ?? bytes.endIndex)]
        var segments: [String] = []
        if !path.isEmpty {
            for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                let segment = try PercentEncoding.decode(part)
                guard segment != ".", segment != ".." else { throw .malformedTarget("the segment \(segment)") }
                segments.append(segment)
            }
        }
        self.segments = segments
        query = if let mark { try Query(parsing: Substring(bytes[bytes.index(after: mark)...])) } else { Query() }
    }
}
