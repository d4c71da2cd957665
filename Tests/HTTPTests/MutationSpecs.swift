import Foundation
import HTTPTypes
import Testing

@testable import HTTP

/// What comes from the network is anything. Thousands of broken requests are tried each time; `ALIQUOT_FUZZ_SECONDS=300 swift test --sanitize=address --filter Mutation`
/// tries millions under the address sanitizer.
@Suite("Bytes that were changed at random")
struct MutationSpecs {
    /// What handlers saw of a stream of bytes.
    private struct Seen: Equatable {
        var path: String
        var body: [UInt8] = []
        /// Nil while open; whether the body was complete.
        var isComplete: Bool?
    }

    private static let requests: [[UInt8]] = [
        "GET /a?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Request-Id: abc\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello worldGET /d HTTP/1.1\r\nHost: h\r\n\r\n",
        "PUT /e HTTP/1.1\r\nHost: h:80\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\nGET /f HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /g HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabcOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h/i HTTP/1.1\r\nHost: h\r\n\r\nGET /j HTTP/1.0\r\nConnection: keep-alive\r\n\r\nHEAD /k HTTP/1.1\r\nHost: [::1]:8\r\n\r\n",
        "\r\nDELETE /l HTTP/1.1\r\nhOsT:h\r\nContent-Length: 0\r\nTE: trailers\r\n\r\n",
    ].map { Array($0.utf8) }

    private static let form = Array(
        "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n\0\r\n-\r\n--\r\n--bx\r\n--b \t\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--b--\r\nepilogue"
            .utf8)

    /// Seconds to go on beyond the usual number of tries.
    private static let seconds = ProcessInfo.processInfo.environment["ALIQUOT_FUZZ_SECONDS"].flatMap(Double.init) ?? 0

    private func tries(_ usual: Int, _ body: (UInt64) throws -> Void) rethrows {
        let end = Date(timeIntervalSinceNow: Self.seconds)
        var seed: UInt64 = 1
        while seed <= usual || Date() < end {
            try body(seed)
            seed += 1
        }
        if Self.seconds > 0 { print("\(seed - 1) tries") }
    }

    /// Feeds the pieces to a connection whose handlers read everything and answer at once.
    private func run(_ pieces: [[UInt8]], limits: ConnectionLimits) -> (seen: [Seen], sent: String, isOver: Bool) {
        var driver = ConnectionDriver(limits)
        var seen: [Seen] = []
        var handled = 0
        func handle() {
            while handled < driver.actions.count {
                let action = driver.actions[handled]
                handled += 1
                switch action {
                case .begin(_, let head, _, .complete(let bytes)):
                    seen.append(Seen(path: head.request.path ?? "", body: bytes, isComplete: true))
                    driver.answer(seen.count)
                case .begin(_, let head, _, .open):
                    seen.append(Seen(path: head.request.path ?? ""))
                    driver.take(.bodyWanted(exchange: seen.count, took: 0))
                case .deliver(let bytes):
                    seen[seen.count - 1].body += bytes
                    driver.take(.bodyWanted(exchange: seen.count, took: bytes.count))
                case .endBody:
                    seen[seen.count - 1].isComplete = true
                    driver.answer(seen.count)
                case .failBody:
                    if seen[seen.count - 1].isComplete == nil {
                        seen[seen.count - 1].isComplete = false
                        driver.answer(seen.count)
                    }
                default: break
                }
            }
        }
        for piece in pieces {
            piece.withUnsafeBufferPointer { _ = driver.take(.received($0)) }
            handle()
        }
        driver.take(.peerFinished)
        handle()
        driver.wait(.seconds(100))
        handle()
        driver.wait(.seconds(100))
        let closes = driver.actions.indices.filter { driver.actions[$0] == .close }
        return (seen, driver.sent, closes == [driver.actions.count - 1])
    }

    @Test("make requests that are understood the same however they are cut, or refused; and every connection ends once")
    func connection() throws {
        var limits = ConnectionLimits()
        limits.headBytes = 512
        limits.requestLineBytes = 256
        limits.fields = 8
        try tries(3000) { seed in
            var mutation = Mutation(seed: seed)
            let bytes = mutation.mutate(
                Self.requests[mutation.number(Self.requests.count)], with: Self.requests[mutation.number(Self.requests.count)])
            // Given the bytes whole, in pieces, and one by one
            let whole = run([bytes], limits: limits)
            let cut = run(mutation.pieces(bytes), limits: limits)
            let single = run(bytes.map { [$0] }, limits: limits)
            // Then each connection ended once, after its last action
            try #require(
                whole.isOver && cut.isOver && single.isOver, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            // And handlers saw the same requests with the same bodies (of a broken body only that it is broken)
            for other in [cut, single] {
                try #require(
                    whole.seen.map(\.path) == other.seen.map(\.path) && whole.seen.map(\.isComplete) == other.seen.map(\.isComplete)
                        && zip(whole.seen, other.seen).allSatisfy { $0.isComplete == false || $0.body == $1.body },
                    "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            // And no answer was split: as many heads as requests, and one more where the rest was refused
            let heads = whole.sent.components(separatedBy: "x-request-id: ").count - 1
            try #require((whole.seen.count...whole.seen.count + 1).contains(heads), "seed \(seed)")
        }
    }

    @Test("a handler that does anything at any time leaves the connection in order")
    func handlers() throws {
        try tries(3000) { seed in
            var mutation = Mutation(seed: seed ^ 0xABCD)
            let bytes = mutation.mutate(
                Self.requests[mutation.number(Self.requests.count)], with: Self.requests[mutation.number(Self.requests.count)])
            var driver = ConnectionDriver()
            driver.clientReads = mutation.number(3) > 0
            for piece in mutation.pieces(bytes) {
                piece.withUnsafeBufferPointer { _ = driver.take(.received($0)) }
                let exchange = max(1, driver.machine.exchanges - mutation.number(2))
                switch mutation.number(12) {
                case 0: driver.take(.bodyWanted(exchange: exchange, took: mutation.number(1000)))
                case 1: driver.answer(exchange)
                case 2:
                    driver.take(
                        .respond(exchange: exchange, ResponseStart(status: .ok, fields: [:], length: mutation.number(9), body: nil)))
                case 3: driver.take(.respond(exchange: exchange, ResponseStart(status: .ok, fields: [:], length: nil, body: nil)))
                case 4: driver.take(.responsePiece(exchange: exchange, [UInt8](repeating: 1, count: mutation.number(12))))
                case 5: driver.take(.responseEnd(exchange: exchange))
                case 6 where mutation.number(4) == 0: driver.take(.responseFailed(exchange: exchange))
                case 7 where mutation.number(6) == 0: driver.take(.drain)
                case 8 where mutation.number(6) == 0: driver.take(.peerFinished)
                case 9: driver.wait(.seconds(mutation.number(20)))
                case 10: driver.take(.wrote(waiting: mutation.number(2) * 100, taken: mutation.number(10_000)))
                default: break
                }
            }
            driver.take(.abort)
            let closes = driver.actions.indices.filter { driver.actions[$0] == .close }
            try #require(closes == [driver.actions.count - 1], "seed \(seed)")
            // Every request that began was logged once, or its handler was told that nobody reads
            let begun = driver.begun.count
            let logged = driver.actions.count { if case .log(let record) = $0 { record.method != nil } else { false } }
            try #require(begun == logged, "seed \(seed): \(begun) begun, \(logged) logged")
        }
    }

    @Test("make forms that are understood the same however they are cut, or refused, and never held whole")
    func multipart() throws {
        func parse(_ pieces: [[UInt8]]) throws -> (heads: [MultipartParser.PartHead], contents: [[UInt8]], failed: Bool) {
            var parser = try #require(MultipartParser(boundary: "b"))
            var (heads, contents) = ([MultipartParser.PartHead](), [[UInt8]]())
            do throws(HTTPError) {
                for piece in pieces {
                    parser.append(piece)
                    while let event = try parser.next() {
                        switch event {
                        case .part(let head, _):
                            heads.append(head)
                            contents.append([])
                        case .content(let bytes): contents[contents.count - 1] += bytes
                        case .endOfPart: break
                        }
                    }
                }
                try parser.finish()
            } catch { return (heads, contents, true) }
            return (heads, contents, false)
        }
        try tries(3000) { seed in
            var mutation = Mutation(seed: seed ^ 0x5555)
            let bytes = mutation.mutate(Self.form, with: Self.form)
            let (whole, cut, single) = (try parse([bytes]), try parse(mutation.pieces(bytes)), try parse(bytes.map { [$0] }))
            for other in [cut, single] {
                try #require(whole.failed == other.failed && whole.heads == other.heads, "seed \(seed)")
                try #require(whole.failed || whole.contents == other.contents, "seed \(seed)")
            }
        }
    }

    @Test("make no media type, list, range, date or target that crashes its reader")
    func values() throws {
        let seeds = [
            "multipart/form-data; boundary=\"a\\\"b\"; x=y", "gzip;q=0.5, *;q=0", "bytes=0-10", "Sun, 06 Nov 1994 08:49:37 GMT",
            "/a/%C3%A9?b=c&d=%zz#x", "W/\"a\", \"b\"",
            "form-data; name=\"a\"; filename=\"b%22.png\"",
        ].map { Array($0.utf8) }
        tries(5000) { seed in
            var mutation = Mutation(seed: seed ^ 0x77)
            let text = String(
                decoding: mutation.mutate(seeds[mutation.number(seeds.count)], with: seeds[mutation.number(seeds.count)]), as: UTF8.self)
            _ = MediaType(text)
            _ = ParameterList(text, lenientQuotes: true)
            _ = QualityList(text).accepts(text)
            _ = QualityList(text).prefersGzip
            _ = ByteRange.parse(text, size: mutation.number(20))
            _ = HTTPDate(text)
            _ = EntityTag.matches(text, "\"b\"")
            _ = try? RequestTarget(parsing: text)
            _ = try? Query(parsing: text[...])
        }
    }
}
