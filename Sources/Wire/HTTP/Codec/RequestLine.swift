import HTTPTypes

/// `method SP request-target SP HTTP-version`. Source: RFC 9112 section 3.
struct RequestLine {
    let method: HTTPRequest.Method
    /// In origin form, or `*`.
    let path: String
    /// Where the target is absolute.
    let authority: String?
    let minorVersion: Int

    /// - Parameter line: without its line break.
    init(_ line: UnsafeBufferPointer<UInt8>) throws(RequestFault) {
        // Section 3 allows to split at any white space; we hold to the grammar, exactly one space each.
        guard let firstSpace = line.firstIndex(of: 32), let lastSpace = line.lastIndex(of: 32), firstSpace < lastSpace else {
            throw .malformedRequestLine("not three words")
        }
        let name = UnsafeBufferPointer(rebasing: line[..<firstSpace])
        guard name.allSatisfy(\.isTokenCharacter), let method = Self.method(name) else {
            throw .malformedRequestLine("the method is not a token")
        }
        minorVersion = try Self.minorVersion(UnsafeBufferPointer(rebasing: line[(lastSpace + 1)...]))
        let target = UnsafeBufferPointer(rebasing: line[(firstSpace + 1)..<lastSpace])
        guard !target.isEmpty, target.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw .malformedTarget("a space, a control character or not ASCII")
        }
        guard method != .connect else { throw .methodNotImplemented(got: "CONNECT") }
        self.method = method
        let text = String(decoding: target, as: UTF8.self)
        if target[0] == UInt8(ascii: "/") {
            path = text
            authority = nil
        } else if text == "*" {
            guard method == .options else { throw .malformedTarget("* is for OPTIONS") }  // section 3.2.4
            path = text
            authority = nil
        } else {
            (authority, path) = try Self.absolute(text)
        }
    }

    private static func method(_ name: UnsafeBufferPointer<UInt8>) -> HTTPRequest.Method? {
        if name.elementsEqual("GET".utf8) { return .get }
        if name.elementsEqual("POST".utf8) { return .post }
        return HTTPRequest.Method(String(decoding: name, as: UTF8.self))
    }

    /// Section 2.3: `HTTP/` digit `.` digit, in capitals. A later minor version is answered as 1.1 (RFC 9110 section 2.5).
    private static func minorVersion(_ text: UnsafeBufferPointer<UInt8>) throws(RequestFault) -> Int {
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == UInt8(ascii: "."), (48...57).contains(text[5]),
            (48...57).contains(text[7])
        else {
            throw .malformedRequestLine("the version")
        }
        guard text[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return text[7] == UInt8(ascii: "0") ? 0 : 1
    }

    /// Section 3.2.2: a server must understand `http://authority/path`.
    private static func absolute(_ text: String) throws(RequestFault) -> (String, String) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw .malformedTarget("neither a path nor an http address")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard FieldSemantics.isValid(host: String(authority)) else { throw .malformedTarget("the authority") }
        let path = rest.dropFirst(authority.count)
        return (String(authority), path.hasPrefix("/") ? String(path) : "/" + path)
    }
}
