/// A piece of HTML. Text that is put into a literal is escaped there, so that no name can become a tag: `"<td>\(name)</td>"`.
struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }
    private init(_ text: String) { self.text = text }

    static func + (first: HTML, second: HTML) -> HTML { HTML(first.text + second.text) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate(set) var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 16 * interpolationCount) }
        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ piece: HTML) { text += piece.text }
        mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.text } }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// Escaped for text and for attributes in either kind of quotes. Source: OWASP, Cross Site Scripting Prevention, output encoding.
        mutating func appendInterpolation(_ text: String) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&": self.text += "&amp;"
                case "<": self.text += "&lt;"
                case ">": self.text += "&gt;"
                case "\"": self.text += "&quot;"
                case "'": self.text += "&#39;"
                case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
                    self.text += "\u{FFFD}"  // a name must not turn the direction of the text around it
                default: self.text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
