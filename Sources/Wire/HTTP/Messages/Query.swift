/// The query of a request: `name=value` pairs in the order in which they came, decoded.
///
/// `+` is a space, as in forms (WHATWG URL, application/x-www-form-urlencoded). A pair without `=` has the value "".
package struct Query: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package let pairs: [(name: String, value: String)]

    package init(_ pairs: [(name: String, value: String)] = []) { self.pairs = pairs }
    package init(dictionaryLiteral elements: (String, String)...) { pairs = elements.map { (name: $0.0, value: $0.1) } }

    /// - Throws: ``HTTPError/malformedTarget(_:)`` for a bad escape, NUL, or bytes that are not UTF-8.
    package init(parsing text: Substring) throws(HTTPError) {
        var pairs: [(name: String, value: String)] = []
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            if let equals = part.firstIndex(of: UInt8(ascii: "=")) {
                let name = try PercentEncoding.decode(part[..<equals], plusIsSpace: true)
                pairs.append((name, try PercentEncoding.decode(part[part.index(after: equals)...], plusIsSpace: true)))
            } else {
                pairs.append((try PercentEncoding.decode(part, plusIsSpace: true), ""))
            }
        }
        self.pairs = pairs
    }

    /// The first value of this name.
    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }
    /// All values of this name, in order.
    package func values(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }
    /// The names in order, repeated ones repeated.
    package var names: [String] { pairs.map(\.name) }
    package var isEmpty: Bool { pairs.isEmpty }

    package static func == (a: Query, b: Query) -> Bool { a.pairs.elementsEqual(b.pairs) { $0.name == $1.name && $0.value == $1.value } }
}
