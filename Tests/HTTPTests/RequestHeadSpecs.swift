import HTTPTypes
import Testing

@testable import HTTP

@Suite("The head of a request")
struct RequestHeadSpecs {
    /// Scans and parses a head that is wholly there; nil where the scanner wants more.
    static func parse(_ text: String, _ limits: ConnectionLimits = ConnectionLimits()) throws(RequestFault) -> RequestHead? {
        let bytes = Array(text.utf8)
        var scanner = RequestHeadScanner()
        return try bytes.withUnsafeBufferPointer { all throws(RequestFault) -> RequestHead? in
            guard let end = try scanner.end(in: all, limits: limits) else { return nil }
            return try RequestHeadParser.parse(UnsafeBufferPointer(rebasing: all[..<end]), limits: limits)
        }
    }

    @Test("gives method, path, fields, segments and query")
    func readsOne() throws {
        // Given a request with white space around a value and escapes in the target
        let text = "PUT /v1/a%20b/c%2Fd?label=x+y&role HTTP/1.1\r\nHost: h:80\r\nX-A:  \tone \r\nX-a: two\r\nContent-Length: 5\r\n\r\n"
        // When it is parsed
        let head = try #require(try Self.parse(text))
        // Then everything is decoded once and nothing is lost
        #expect(head.request.method == .put)
        #expect(head.request.path == "/v1/a%20b/c%2Fd?label=x+y&role")
        #expect(head.request.authority == "h:80")
        #expect(head.target.segments == ["v1", "a b", "c/d"])
        #expect(head.target.query == Query([("label", "x y"), ("role", "")]))
        let name = try #require(HTTPField.Name("X-A"))
        #expect(head.request.headerFields[values: name] == ["one", "two"])
        #expect(head.framing == .length(5))
        #expect(head.keepsAlive && !head.expectsContinue)
    }

    @Test(
        "is refused where a proxy could read it differently (RFC 9112 sections 2.2, 3, 5, 6; RFC 9110 section 8.6)",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthAndTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .lengthAndTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .repeatedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .malformedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .malformedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", .malformedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000000000\r\n\r\n", .malformedContentLength),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .malformedTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .malformedTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .malformedTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", .malformedTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferEncoding(got: "gzip")),
            ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .malformedTransferEncoding),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", .malformedField(.folded)),
            ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .malformedField(.folded)),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedField(.malformedName)),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\u{B}: chunked\r\n\r\n", .malformedField(.malformedName)),
            ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedField(.malformedName)),
            ("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", .malformedField(.noColon)),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .malformedField(.malformedValue)),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .malformedField(.malformedValue)),
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\n\r\n", .hostCount(got: 0)),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostCount(got: 2)),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .malformedHost),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("a space, a control character or not ASCII")),
            ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("a space, a control character or not ASCII")),
            ("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("a space, a control character or not ASCII")),
            ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("NUL")),
            ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("a % without two hexadecimal digits")),
            ("GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("the segment ..")),
            ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("neither a path nor an http address")),
            ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget("* is for OPTIONS")),
            ("GET /\r\nHost: a\r\n\r\n", .malformedRequestLine("not three words")),
            ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine("the method is not a token")),
            ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine("the version")),
            ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine("the version")),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotImplemented(got: "CONNECT")),
            ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\n", .unknownExpectation(got: "200-ok")),
            ("\u{16}\u{3}\u{1}", .malformedRequestLine("not a method")),
        ] as [(String, RequestFault)])
    func isRefused(text: String, fault: RequestFault) {
        #expect(throws: fault) { try Self.parse(text) }
    }

    @Test(
        "has a status for each fault",
        arguments: [
            (RequestFault.requestLineTooLong(limit: 1), 414), (.headTooLarge(limit: 1), 431), (.tooManyFields(limit: 1), 431),
            (.unsupportedVersion, 505),
            (.unsupportedTransferEncoding(got: ""), 501), (.unknownExpectation(got: ""), 417), (.headTimeout(after: .seconds(1)), 408),
            (.malformedHost, 400),
        ])
    func status(fault: RequestFault, code: Int) { #expect(fault.status.code == code) }

    @Test("is found however its bytes are cut, and no byte before its end")
    func everyCut() throws {
        // Given a head followed by a body that looks like another head
        let head = Array("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n".utf8)
        let bytes = head + Array("\r\n\r\n".utf8)
        // When the bytes come one by one
        var scanner = RequestHeadScanner()
        var found: Int?
        for count in 1...bytes.count where found == nil {
            found = try bytes[..<count].withUnsafeBufferPointer { try scanner.end(in: $0, limits: ConnectionLimits()) }
            // Then it ends exactly with its empty line
            #expect(found == (count == head.count ? head.count : nil))
        }
        #expect(found == head.count)
    }

    @Test("is bounded: request line, block and number of fields, complete or not")
    func isBounded() throws {
        let fields = (0..<99).map { "X-\($0): v\r\n" }.joined()
        // Given 100 fields, then 101
        #expect(try Self.parse("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")?.request.headerFields.count == 100)
        #expect(throws: RequestFault.tooManyFields(limit: 100)) { try Self.parse("GET / HTTP/1.1\r\nHost: a\r\n\(fields)Y: v\r\n\r\n") }
        // Given a request line of 8192 bytes, then one more; also without its end
        let path = "/" + String(repeating: "a", count: 8192 - "GET / HTTP/1.1".utf8.count)
        #expect(try Self.parse("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")?.request.path == path)
        #expect(throws: RequestFault.requestLineTooLong(limit: 8192)) { try Self.parse("GET \(path)a HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(throws: RequestFault.requestLineTooLong(limit: 8192)) { try Self.parse("GET \(path)aaaaaaaaaaaaaaaaaa") }
        // Given a block of 16 KiB, then one more; also without its end
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let value = String(repeating: "v", count: 16384 - start.utf8.count - 4)
        #expect(try Self.parse("\(start)\(value)\r\n\r\n") != nil)
        #expect(throws: RequestFault.headTooLarge(limit: 16384)) { try Self.parse("\(start)\(value)v\r\n\r\n") }
        #expect(throws: RequestFault.headTooLarge(limit: 16384)) { try Self.parse("\(start)\(value)vvvvv") }
    }

    @Test("may be absolute: its authority replaces Host (RFC 9112 section 3.2.2)")
    func absoluteForm() throws {
        let head = try #require(try Self.parse("GET http://real:8080?x=1 HTTP/1.1\r\nHost: other\r\n\r\n"))
        #expect(head.request.authority == "real:8080")
        #expect(head.request.path == "/?x=1")
        #expect(head.target.segments.isEmpty && head.target.query["x"] == "1")
        #expect(throws: RequestFault.malformedTarget("the authority")) {
            try Self.parse("GET http://u:p@real/ HTTP/1.1\r\nHost: other\r\n\r\n")
        }
    }

    @Test(
        "says whether the connection lives on (RFC 9112 section 9.3)",
        arguments: [
            ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false), ("HTTP/1.1", "Connection: x, Close\r\n", false),
            ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", false), ("HTTP/1.7", "", true),
        ])
    func keepsAlive(version: String, field: String, kept: Bool) throws {
        let head = try #require(try Self.parse("GET / \(version)\r\nHost: a\r\n\(field)\r\n"))
        #expect(head.keepsAlive == kept)
    }

    @Test("waits for 100 Continue only with a body and not in HTTP/1.0 (RFC 9110 section 10.1.1)")
    func expectsContinue() throws {
        let field = "Expect: 100-Continue\r\n"
        #expect(try Self.parse("POST / HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 1\r\n\r\n")?.expectsContinue == true)
        #expect(try Self.parse("POST / HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 0\r\n\r\n")?.expectsContinue == false)
        #expect(try Self.parse("POST / HTTP/1.1\r\nHost: a\r\n\(field)\r\n")?.expectsContinue == false)
        #expect(try Self.parse("POST / HTTP/1.0\r\n\(field)Content-Length: 1\r\n\r\n")?.expectsContinue == false)
    }

    @Test("keeps the spelling of every name that the server knows")
    func knownNames() {
        let names: [(HTTPField.Name, String)] = [
            (.hostField, "Host"), (.requestID, "X-Request-Id"), (.idempotencyKey, "Idempotency-Key"),
            (.idempotentReplayed, "Idempotent-Replayed"),
            (.lastEventID, "Last-Event-ID"), (.serverTiming, "Server-Timing"), (.forwardedFor, "X-Forwarded-For"),
            (.keepAlive, "Keep-Alive"),
        ]
        for (name, spelling) in names { #expect(name.rawName == spelling) }
    }
}
