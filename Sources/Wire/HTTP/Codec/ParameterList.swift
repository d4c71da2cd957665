/// `value; name=token; name="quoted"`: the common form of Content-Type and Content-Disposition. Source: RFC 9110 section 5.6.6.
struct ParameterList: Sendable, Equatable {
    let value: String
    /// Names in lower case; the first of a repeated name counts.
    let parameters: [String: String]

    /// Nil where the form is broken.
    ///
    /// - Parameter lenientQuotes: in Content-Disposition browsers send a backslash as itself and a quote as `%22` (WHATWG HTML, multipart/form-data
    ///   encoding algorithm), so there only `\"` is an escape.
    init?(_ text: String, lenientQuotes: Bool = false) {
        var rest = text[...].utf8
        let head = rest.prefix { $0 != UInt8(ascii: ";") }
        value = String(Substring(head).trimmed)
        rest = rest.dropFirst(head.count)
        var parameters: [String: String] = [:]
        while !rest.isEmpty {
            rest = Substring(rest.dropFirst()).trimmed.utf8  // the ;
            if rest.isEmpty { break }
            let name = rest.prefix(while: \.isTokenCharacter)
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { return nil }
            rest = rest.dropFirst()
            var bytes: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest = rest.dropFirst()
                while let byte = rest.first, byte != UInt8(ascii: "\"") {
                    rest = rest.dropFirst()
                    if byte == UInt8(ascii: "\\"), let escaped = rest.first, !lenientQuotes || escaped == UInt8(ascii: "\"") {
                        bytes.append(escaped)
                        rest = rest.dropFirst()
                    } else {
                        bytes.append(byte)
                    }
                }
                guard rest.first == UInt8(ascii: "\"") else { return nil }
                rest = rest.dropFirst()
            } else {
                bytes += rest.prefix(while: \.isTokenCharacter)
                guard !bytes.isEmpty else { return nil }
                rest = rest.dropFirst(bytes.count)
            }
            rest = Substring(rest).trimmed.utf8
            guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
            let key = String(Substring(name)).lowercased()
            if parameters[key] == nil { parameters[key] = String(decoding: bytes, as: UTF8.self) }
        }
        self.parameters = parameters
    }
}

extension UInt8 {
    /// tchar, RFC 9110 section 5.6.2.
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
