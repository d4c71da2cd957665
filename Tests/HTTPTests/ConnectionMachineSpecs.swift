import Foundation
import HTTPTypes
import Testing

@testable import HTTP

@Suite("The life of a connection")
struct ConnectionMachineSpecs {
    static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    static func post(_ path: String = "/p", length: Int, more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("begins a handler at the end of a head and answers with one write")
    func oneExchange() throws {
        var driver = ConnectionDriver()
        // Given a request
        driver.receive(Self.get)
        #expect(driver.begun == ["/a"] && driver.machine.phase == .exchange)
        // When the handler answers
        let actions = driver.answer(1, "hello")
        // Then head and body leave together and the connection is free again
        let text = "HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 5\r\nx-request-id: made\r\n\r\nhello"
        #expect(actions.first == .send(Array(text.utf8)))
        #expect(actions.contains(.finishHandler) && driver.machine.isIdle && driver.machine.wantsInput)
        let record = AccessRecord(
            method: .get, path: "/a", status: 200, bytes: text.utf8.count, duration: .zero, requestID: "made", peer: "peer", complete: true)
        #expect(actions.contains(.log(record)))
    }

    @Test("answers pipelined requests in order, one at a time (RFC 9112 section 9.3.2)")
    func pipelining() {
        var driver = ConnectionDriver()
        driver.receive(Self.get + Self.post(length: 3) + "abc" + "GET /c HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(driver.begun == ["/a"])
        driver.answer(1, "1")
        #expect(driver.begun == ["/a", "/p"] && driver.delivered == "abc")
        driver.answer(1, "late")  // an answer to an exchange that is over
        #expect(!driver.sent.contains("late"))
        driver.answer(2, "2")
        driver.answer(3, "3")
        #expect(driver.begun == ["/a", "/p", "/c"] && driver.machine.isIdle)
    }

    @Test("holds a bounded number of pipelined bytes")
    func pipelinedBytes() {
        var limits = ConnectionLimits()
        limits.pipelinedBytes = 100
        var driver = ConnectionDriver(limits)
        driver.receive(Self.get)
        #expect(driver.machine.wantsInput)
        driver.receive(String(repeating: "x", count: 100))
        #expect(!driver.machine.wantsInput)
    }

    @Test("reads a body that fits into the window while the handler begins, unless the client waits to be asked")
    func readsAhead() {
        var driver = ConnectionDriver()
        // Given an upload as long as the window, whose handler has not asked yet
        driver.receive(Self.post(length: RequestBody.window))
        #expect(driver.machine.wantsInput)
        // When it comes, then it is there
        driver.receive(String(repeating: "x", count: RequestBody.window))
        #expect(driver.delivered.utf8.count == RequestBody.window && driver.has(.endBody))
        driver.answer(1)
        // Given one that is longer by a byte, one of unknown length, and one that waits for 100 Continue
        for head in [
            Self.post(length: RequestBody.window + 1), "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
            Self.post(length: 3, more: "Expect: 100-continue\r\n"),
        ] {
            var other = ConnectionDriver()
            other.receive(head)
            #expect(!other.machine.wantsInput)
        }
    }

    @Test("reads a long body only when the handler wants it, and no further than its window")
    func backpressure() {
        var driver = ConnectionDriver()
        // Given a large upload whose handler does not read
        driver.receive(Self.post(length: 1 << 20))
        #expect(!driver.machine.wantsInput)
        // When it asks
        driver.take(.bodyWanted(exchange: 1, took: 0))
        #expect(driver.machine.wantsInput)
        // Then the socket is read until the window is full, and again when bytes were taken
        driver.receive(String(repeating: "x", count: RequestBody.window + 10))
        #expect(!driver.machine.wantsInput && driver.delivered.utf8.count == RequestBody.window)
        driver.take(.bodyWanted(exchange: 1, took: 4))
        #expect(driver.delivered.utf8.count == RequestBody.window + 4 && !driver.machine.wantsInput)
        driver.take(.bodyWanted(exchange: 1, took: 100))
        #expect(driver.delivered.utf8.count == RequestBody.window + 10 && driver.machine.wantsInput)
    }

    @Test("sends 100 Continue when the handler first reads, once, and never after the answer")
    func expectContinue() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        var driver = ConnectionDriver()
        driver.receive(Self.post(length: 3, more: "Expect: 100-continue\r\n"))
        #expect(driver.sent.isEmpty)
        driver.take(.bodyWanted(exchange: 1, took: 0))
        driver.take(.bodyWanted(exchange: 1, took: 0))
        #expect(driver.sent == interim)
        driver.receive("abc")
        driver.answer(1)
        #expect(driver.machine.isIdle)
        // Given a client that sends its body all the same (RFC 9110 section 10.1.1)
        driver.receive(Self.post(length: 3, more: "Expect: 100-continue\r\n") + "a")
        driver.take(.bodyWanted(exchange: 2, took: 0))
        driver.receive("bc")
        driver.answer(2)
        #expect(driver.sent.components(separatedBy: interim).count == 2)
        // Given a handler that refuses without reading
        driver.receive(Self.post(length: 3, more: "Expect: 100-continue\r\n"))
        driver.answer(3, "no", status: .contentTooLarge)
        #expect(driver.sent.hasSuffix("connection: close\r\nx-request-id: made\r\n\r\nno") && driver.machine.phase == .lingering)
    }

    @Test("throws a small unread rest away to keep the connection; a long one ends it, and lingers")
    func unreadBody() {
        var limits = ConnectionLimits()
        limits.drainBytes = 10
        var driver = ConnectionDriver(limits)
        // Given a rest of 10 bytes
        driver.receive(Self.post(length: 12) + "ab")
        driver.answer(1)
        #expect(driver.has(.failBody(.bodyUnavailable)) && driver.machine.phase == .draining)
        driver.receive("cdefghijkl" + Self.get)
        #expect(driver.begun == ["/p", "/a"])
        driver.answer(2)
        // Given a rest of 11 bytes
        driver.receive(Self.post(length: 11))
        driver.answer(3, "early")
        #expect(driver.sent.hasSuffix("connection: close\r\nx-request-id: made\r\n\r\nearly"))
        #expect(driver.has(.finishSending) && !driver.has(.close) && driver.machine.phase == .lingering && driver.machine.wantsInput)
        // Then what still comes is not taken for a request, and the client's end closes it
        driver.receive(Self.get)
        #expect(driver.begun.count == 3)
        driver.take(.peerFinished)
        #expect(driver.actions.last == .close)
    }

    @Test("an unread chunked body ends the connection, for nobody knows its length")
    func unreadChunks() {
        var driver = ConnectionDriver()
        driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
        driver.answer(1)
        #expect(driver.sent.contains("connection: close") && driver.machine.phase == .lingering)
    }

    @Test(
        "streams in chunks, for HTTP/1.0 until the end of the connection, for HEAD not at all",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "transfer-encoding: chunked", "3\r\nabc\r\n0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "connection: close", "abc", true),
            ("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "transfer-encoding: chunked", "", false),
        ])
    func streams(request: String, field: String, body: String, closes: Bool) {
        var driver = ConnectionDriver()
        driver.receive(request)
        driver.take(.respond(exchange: 1, ResponseStart(status: .ok, fields: [:], length: nil, body: nil)))
        driver.take(.responsePiece(exchange: 1, []))  // an empty piece would be the last chunk
        driver.take(.responsePiece(exchange: 1, Array("abc".utf8)))
        driver.take(.responseEnd(exchange: 1))
        #expect(driver.sent.contains(field) && driver.sent.hasSuffix("\r\n\r\n\(body)"))
        #expect((driver.machine.phase == .lingering) == closes)
    }

    @Test("cuts the connection when an answer breaks, or is longer or shorter than promised (RFC 9112 section 8)", arguments: [0, 1, 2])
    func brokenAnswer(kind: Int) {
        var driver = ConnectionDriver()
        driver.receive(Self.get)
        driver.take(.respond(exchange: 1, ResponseStart(status: .ok, fields: [:], length: 3, body: nil)))
        switch kind {
        case 0: driver.take(.responseFailed(exchange: 1))
        case 1: driver.take(.responsePiece(exchange: 1, Array("abcd".utf8)))
        default: driver.take(.responseEnd(exchange: 1))
        }
        #expect(driver.actions.last == .close && driver.has(.cancelHandler) && !driver.sent.contains("abcd"))
    }

    @Test("gives 204 and 304 neither body nor length (RFC 9110 section 8.6)", arguments: [HTTPResponse.Status.noContent, .notModified])
    func bodiless(status: HTTPResponse.Status) {
        var driver = ConnectionDriver()
        driver.receive(Self.get)
        driver.answer(1, "never", status: status)
        #expect(!driver.sent.contains("content-length") && driver.sent.hasSuffix("\r\n\r\n") && driver.machine.isIdle)
    }

    @Test("a HEAD has the length and not the body")
    func head() {
        var driver = ConnectionDriver()
        driver.receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.answer(1, "hello")
        #expect(driver.sent.contains("content-length: 5") && driver.sent.hasSuffix("\r\n\r\n") && driver.machine.isIdle)
    }

    @Test("refuses a broken head with its status, closes, and reads nothing of it any more")
    func refusal() {
        var driver = ConnectionDriver()
        driver.receive("GET / HTTP/1.1\r\n\r\n" + Self.get)
        #expect(
            driver.sent.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && driver.sent.contains("connection: close")
                && driver.sent.contains("application/problem+json"))
        driver.receive(Self.get)
        #expect(driver.begun.isEmpty && driver.machine.phase == .lingering)
    }

    @Test(
        "accepts the client's request id where it is harmless, and echoes it",
        arguments: [
            ("abc-1.2_Z", "abc-1.2_Z"), ("a b", "made"), ("<x>", "made"), (String(repeating: "x", count: 129), "made"), ("", "made"),
        ])
    func requestID(sent: String, used: String) {
        var driver = ConnectionDriver()
        driver.receive("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: \(sent)\r\n\r\n")
        driver.answer(1)
        #expect(driver.sent.contains("x-request-id: \(used)\r\n"))
    }

    @Test("ignores an empty line or two before a request (RFC 9112 section 2.2), cut anywhere")
    func emptyLines() {
        for cut in 0...4 {
            var driver = ConnectionDriver()
            let bytes = Array("\r\n\r\n\(Self.get)".utf8)
            driver.receive(String(decoding: bytes.prefix(cut), as: UTF8.self))
            driver.receive(String(decoding: bytes.dropFirst(cut), as: UTF8.self))
            #expect(driver.begun == ["/a"], "cut at \(cut)")
        }
        var driver = ConnectionDriver()
        driver.receive("\r\n\r\n\r\n")
        #expect(driver.sent.contains(" 400 "))
    }

    @Test("delivers a body that breaks as a failure, and closes after the answer")
    func brokenBody() {
        var driver = ConnectionDriver()
        driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        driver.take(.bodyWanted(exchange: 1, took: 0))
        driver.receive("zz\r\n")
        #expect(driver.has(.failBody(.malformedBody("malformed chunked body: a chunk size that is not hexadecimal"))))
        driver.answer(1, "bad", status: .badRequest)
        #expect(driver.sent.contains("connection: close") && driver.machine.phase == .lingering)
    }

    @Test("answers a half-closed client, and a body that ends too early is told")
    func halfClose() {
        var driver = ConnectionDriver()
        driver.receive(Self.get + Self.get)
        driver.take(.peerFinished)
        driver.answer(1, "1")
        #expect(driver.begun.count == 2)
        driver.answer(2, "2")
        #expect(driver.sent.components(separatedBy: "HTTP/1.1 200").count == 3)
        #expect(Array(driver.actions.suffix(2)) == [.finishSending, .close])
        var cut = ConnectionDriver()
        cut.receive(Self.post(length: 5) + "ab")
        cut.take(.bodyWanted(exchange: 1, took: 0))
        cut.take(.peerFinished)
        #expect(cut.has(.failBody(.bodyCutShort(got: 2))))
        cut.answer(1, "short", status: .badRequest)
        #expect(cut.sent.hasSuffix("short") && cut.actions.last == .close)
    }

    @Test("tells the handler when the client is gone")
    func lost() {
        var driver = ConnectionDriver()
        driver.receive(Self.post(length: 5))
        let actions = driver.take(.lost)
        #expect(actions.first == .failBody(.clientGone) && actions.contains(.cancelHandler) && actions.last == .close)
        #expect(driver.take(.lost).isEmpty && driver.answer(1).isEmpty)
    }

    @Test(
        "lets the shell read a body straight to its reader: no more than is left of it, of the reader's credit, and nothing of a chunked one"
    )
    func directly() {
        // Given a request with 20 bytes of body, of which 4 came with the head
        var driver = ConnectionDriver()
        driver.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\nabcd")
        #expect(driver.delivered == "abcd" && driver.machine.directBytes == 16 && driver.machine.worthWaitingFor == 16)
        // When the shell takes 10, and claims more than there is
        #expect(driver.take(.receivedDirectly(10)).isEmpty && driver.machine.directBytes == 6)
        #expect(driver.take(.receivedDirectly(7)).isEmpty && driver.machine.directBytes == 6)
        // Then the rest ends the body, and the next bytes are a request again
        #expect(driver.take(.receivedDirectly(6)) == [.endBody] && driver.machine.directBytes == 0 && driver.machine.worthWaitingFor == 1)
        driver.answer(1)
        driver.receive("GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(driver.actions.filter { if case .begin = $0 { true } else { false } }.count == 2)
        // And a body that nobody has asked for, one that is longer than the credit, and a chunked one
        var large = ConnectionDriver()
        large.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        #expect(large.machine.directBytes == 0)
        large.take(.bodyWanted(exchange: 1, took: 0))
        #expect(large.machine.directBytes == RequestBody.window)
        var chunked = ConnectionDriver()
        chunked.receive("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunked.take(.bodyWanted(exchange: 1, took: 0))
        #expect(chunked.machine.directBytes == 0 && chunked.machine.worthWaitingFor == 1)
    }
}
