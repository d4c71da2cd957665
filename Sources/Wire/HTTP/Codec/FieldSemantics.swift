import HTTPTypes

/// What the fields of a head mean for the connection, gathered field by field.
struct FieldSemantics {
    private let minorVersion: Int
    private var hosts = 0
    private(set) var host: String?
    private var length: Int?
    private var codings: [String] = []
    private var hasClose = false
    private var hasKeepAlive = false
    private(set) var expectsContinue = false

    init(minorVersion: Int) { self.minorVersion = minorVersion }

    mutating func take(_ field: HTTPField) throws(RequestFault) {
        switch field.name {
        case .hostField:
            hosts += 1
            host = field.value
        case .contentLength:
            // RFC 9112 section 6.3 point 5 allows to accept equal repetitions; a client that sends them is broken or hostile.
            guard length == nil else { throw .repeatedContentLength }
            length = try Self.number(field.value)
        case .transferEncoding:
            codings += Self.tokens(field.value)
            if codings.isEmpty { throw .malformedTransferEncoding }
        case .connection:
            for token in Self.tokens(field.value) {
                if token == "close" { hasClose = true }
                if token == "keep-alive" { hasKeepAlive = true }
            }
        case .expect where minorVersion >= 1:  // RFC 9110 section 10.1.1: ignored from HTTP/1.0
            guard field.value.lowercased() == "100-continue" else { throw .unknownExpectation(got: String(field.value.prefix(40))) }
            expectsContinue = true
        default: break
        }
    }

    /// RFC 9112 section 9.3.
    var keepsAlive: Bool { !hasClose && (minorVersion >= 1 || hasKeepAlive) }

    /// RFC 9112 section 6.3.
    func framing() throws(RequestFault) -> BodyFraming {
        guard !codings.isEmpty else { return length.map { .length($0) } ?? .none }
        guard length == nil else { throw .lengthAndTransferEncoding }  // section 6.1
        guard minorVersion >= 1, codings.last == "chunked", codings.filter({ $0 == "chunked" }).count == 1 else {
            throw .malformedTransferEncoding
        }
        guard codings.count == 1 else { throw .unsupportedTransferEncoding(got: codings[0]) }
        return .chunked
    }

    /// RFC 9112 section 3.2: 400 for a request of HTTP/1.1 without Host, and for any with more than one or a malformed one.
    func checkHost() throws(RequestFault) {
        guard hosts == 1 || (hosts == 0 && minorVersion == 0) else { throw .hostCount(got: hosts) }
        if let host, !Self.isValid(host: host) { throw .malformedHost }
    }

    /// `uri-host [":" port]` of RFC 3986 section 3.2, without user information: by its characters.
    static func isValid(host: String) -> Bool {
        !host.isEmpty
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"),
                    UInt8(ascii: "["),
                    UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
                    UInt8(ascii: ")"),
                    UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
                    true
                default: false
                }
            }
    }

    /// 1*DIGIT (RFC 9110 section 8.6): no sign, no list. 18 digits are an exabyte and cannot overflow.
    private static func number(_ text: String) throws(RequestFault) -> Int {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else {
            throw .malformedContentLength
        }
        return number
    }

    /// The members of a list, in lower case (RFC 9110 section 5.6.1: empty ones do not count).
    private static func tokens(_ text: String) -> [String] {
        text.lowercased().split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }
}
