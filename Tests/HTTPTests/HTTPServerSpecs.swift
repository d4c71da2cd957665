import Foundation
import HTTPTypes
import Sockets
import TestSupport
import Testing

@testable import HTTP

@Suite("The server, through real sockets", .timeLimit(.minutes(1)))
struct HTTPServerSpecs {
    /// Echoes method, path and body.
    static let echo: @Sendable (ServerRequest) async throws -> ServerResponse = { request in
        let body = try await request.body.collect(limit: 1 << 20)
        return .text("\(request.method) \(request.head.path ?? "") \(String(decoding: body, as: UTF8.self))")
    }

    @Test("answers over IPv4 and IPv6 and keeps the connection", arguments: [SocketAddress.loopback(), .loopback6()])
    func keepAlive(address: SocketAddress) async throws {
        try await TestServer.run(address: address, handler: Self.echo) { address, server in
            let client = try RawClient(address)
            for number in 0..<3 {
                try await client.send(TestServer.get("/\(number)", close: false))
                let answers = try RawClient.parse(try await client.receive())
                #expect(answers.map(\.text) == ["GET /\(number) "] && answers[0].fields["connection"] == nil)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("gives the same answer wherever the bytes of two pipelined requests are cut")
    func everyCut() async throws {
        try await TestServer.run(handler: Self.echo) { address, _ in
            let bytes = Array(
                ("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
                    + TestServer.get("/b")).utf8)
            for cut in 1..<bytes.count {
                let client = try RawClient(address)
                try await client.send(Array(bytes[..<cut]))
                if cut % 7 == 0 { try await Task.sleep(for: .milliseconds(2)) }
                try await client.send(Array(bytes[cut...]))
                #expect(try await client.answers().map(\.text) == ["POST /a abcde", "GET /b "], "cut at \(cut)")
            }
        }
    }

    @Test("answers a hundred pipelined requests in order, though the handlers take different times")
    func pipelining() async throws {
        try await TestServer.run { request in
            if request.path.hasSuffix("3") { try await Task.sleep(for: .milliseconds(3)) }
            return .text(request.path)
        } _: { address, _ in
            let client = try RawClient(address)
            try await client.send((0..<100).map { TestServer.get("/\($0)", close: $0 == 99) }.joined())
            #expect(try await client.answers().map(\.text) == (0..<100).map { "/\($0)" })
        }
    }

    @Test("makes room for a new client by closing connections that are idle, never one that is at work")
    func makesRoom() async throws {
        // Given a server for 8 connections: 7 that say nothing, and one whose handler is at work
        var limits = ConnectionLimits()
        limits.sparedRest = .milliseconds(300)
        let isOver = Box(false)
        try await TestServer.run(limits: limits, configure: { $0.maximumConnections = 8 }) { request in
            while request.path == "/long", !isOver.value { try await Task.sleep(for: .milliseconds(5)) }
            return .text(request.path)
        } _: { address, server in
            let busy = try RawClient(address)
            try await busy.send(TestServer.get("/long"))
            let idle = try (0..<7).map { _ in try RawClient(address) }
            // When many more come, one after the other
            for number in 0..<20 {
                let client = try RawClient(address)
                try await client.send(TestServer.get("/\(number)"))
                #expect(try await client.answers().map(\.text) == ["/\(number)"])
            }
            // Then each was answered, the idle ones were closed in silence, and the one that was at work is answered too
            #expect(try await idle[0].receiveToEnd().isEmpty)
            isOver.change { $0 = true }
            #expect(try await busy.answers().map(\.text) == ["/long"])
        }
    }

    @Test("answers a client that has half closed, with what it had sent before")
    func halfClose() async throws {
        try await TestServer.run { request in
            try await Task.sleep(for: .milliseconds(30))
            return .text(request.path)
        } _: { address, _ in
            let client = try RawClient(address)
            try await client.send(TestServer.get("/1", close: false) + TestServer.get("/2", close: false))
            client.finish()
            #expect(try await client.answers().map(\.text) == ["/1", "/2"])
        }
    }

    @Test("takes 8 MiB for a slow handler without reading ahead of it, and loses no byte")
    func slowHandler() async throws {
        let read = Box(0)
        try await TestServer.run { request in
            var sum = 0
            while let piece = try await request.body.next() {
                sum = piece.reduce(sum) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
                read.change { $0 += piece.count }
                if read.value < 1 << 20 { try await Task.sleep(for: .milliseconds(5)) }
            }
            return .text("\(sum)")
        } _: { address, _ in
            let bytes = (0..<8 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ ($0 >> 9)) }
            let client = try RawClient(address)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes.count)\r\nConnection: close\r\n\r\n")
            try await client.send(bytes)
            let sum = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
            #expect(try await client.answers().map(\.text) == ["\(sum)"])
            #expect(read.value == bytes.count)
        }
    }

    @Test("stops reading from the socket while the handler does not read")
    func backpressure() async throws {
        let gate = Box(false)
        try await TestServer.run { request in
            while !gate.value { try await Task.sleep(for: .milliseconds(5)) }
            return .text("\(try await request.body.collect(limit: 64 << 20).count)")
        } _: { address, _ in
            let client = try RawClient(address)
            let sent = Box(0)
            let size = 32 << 20
            let upload = Task {
                try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\nConnection: close\r\n\r\n")
                for _ in 0..<size >> 16 {
                    try await client.send([UInt8](repeating: 1, count: 1 << 16))
                    sent.change { $0 += 1 << 16 }
                }
            }
            // The system's buffers of both ends take some megabytes, and no more
            #expect(try await TestServer.settled { sent.value } < 24 << 20)
            gate.change { $0 = true }
            try await upload.value
            #expect(try await client.answers().map(\.text) == ["\(size)"])
        }
    }

    @Test("holds a writer back while the client does not read, and gives it all in the end")
    func writeBackpressure() async throws {
        let written = Box(0)
        let size = 32 << 20
        try await TestServer.run { _ in
            ServerResponse(
                body: .stream { writer in
                    for _ in 0..<size >> 16 {
                        try await writer.write([UInt8](repeating: 7, count: 1 << 16))
                        written.change { $0 += 1 << 16 }
                    }
                })
        } _: { address, _ in
            let client = try RawClient(address, receiveBuffer: 1 << 16)
            try await client.send(TestServer.get("/"))
            #expect(try await TestServer.settled { written.value } < 16 << 20)
            let answer = try #require(try await client.answers().first)
            #expect(answer.body.count == size && answer.body.allSatisfy { $0 == 7 })
        }
    }

    @Test("cancels the handler and fails its writer when the client is gone")
    func clientGone() async throws {
        let seen = Box<[String]>([])
        try await TestServer.run { _ in
            .events { writer in
                do {
                    while true {
                        try await writer.send(ServerSentEvent(data: String(repeating: "x", count: 100)))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                } catch {
                    seen.change {
                        $0.append(
                            "\(error is CancellationError || error as? HTTPError == .clientGone || error as? HTTPError == .cancelled)\(Task.isCancelled)"
                        )
                    }
                    throw error
                }
            }
        } _: { address, server in
            let client = try RawClient(address)
            try await client.send(TestServer.get("/"))
            #expect(String(decoding: try await client.receive(), as: UTF8.self).contains("text/event-stream"))
            client.reset()
            #expect(try await TestServer.eventually { seen.value == ["truetrue"] })
            #expect(try await TestServer.eventually { server.connectionCount == 0 })
        }
    }

    @Test("fails the body of a client that leaves in the middle")
    func uploadCut() async throws {
        let seen = Box<[HTTPError]>([])
        try await TestServer.run { request in
            do throws(HTTPError) {
                while try await request.body.next() != nil {}
            } catch { seen.change { $0.append(error) } }
            return .empty(.noContent)
        } _: { address, _ in
            let client = try RawClient(address)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
            client.finish()
            #expect(try await TestServer.eventually { !seen.value.isEmpty })
            #expect(seen.value == [.bodyCutShort(got: 3)])
        }
    }

    @Test("brings an early 413 to a client that goes on sending, and closes")
    func earlyRefusal() async throws {
        // The client is slow where the machine is busy with other tests; 5 s may then not be enough for all that it still sends.
        var limits = ConnectionLimits()
        limits.lingerTimeout = .seconds(60)
        try await TestServer.run(limits: limits, handler: { .text("\(try await $0.body.collect(limit: 1000).count)") }) { address, _ in
            // Given a declared length
            let declared = try RawClient(address)
            try await declared.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(4 << 20)\r\n\r\n")
            for _ in 0..<64 { try await declared.send([UInt8](repeating: 0, count: 1 << 16)) }
            let answer = try #require(try await declared.answers().first)
            #expect(answer.status == 413 && answer.fields["connection"] == "close")
            // Given chunks without end
            let chunked = try RawClient(address)
            try await chunked.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<64 { try await chunked.send("400\r\n\(String(repeating: "x", count: 1024))\r\n") }
            chunked.finish()
            #expect(try await chunked.answers().map(\.status) == [413])
        }
    }

    @Test("says 100 Continue when the handler reads, and not to a body that is refused")
    func expectContinue() async throws {
        try await TestServer.run(handler: { .text("\(try await $0.body.collect(limit: 5).count)") }) { address, _ in
            let client = try RawClient(address)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            #expect(try await client.receive() == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            try await client.send("abcde")
            #expect(try await client.answers().map(\.text) == ["5"])
            let refused = try RawClient(address)
            try await refused.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n")
            refused.finish()
            #expect(try await refused.answers().map(\.status) == [413])
        }
    }

    @Test("answers what is no HTTP with 400 and times out what never ends with 408")
    func hostile() async throws {
        var limits = ConnectionLimits()
        limits.headTimeout = .milliseconds(150)
        limits.bodyTimeout = .milliseconds(150)
        let records = Box<[AccessRecord]>([])
        try await TestServer.run(
            limits: limits, configure: { $0.accessLog = { record in records.change { $0.append(record) } } }, handler: Self.echo
        ) { address, _ in
            for (bytes, status) in [
                ("\u{16}\u{3}\u{1}", 400), ("GET / HTTP/1.1\r\nHost: h\r\n", 408),
                ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na", 408),
            ] {
                let client = try RawClient(address)
                try await client.send(bytes)
                let answer = try #require(try await client.answers().first)
                #expect(
                    answer.status == status && answer.fields["content-type"] == "application/problem+json"
                        && answer.fields["connection"] == "close")
            }
            let silent = try RawClient(address)
            #expect(try await silent.receiveToEnd().isEmpty)
            #expect(records.value.map(\.status) == [400, 408, 408])
            #expect(records.value.map(\.method) == [nil, nil, .put] && records.value.allSatisfy { $0.complete && $0.peer == "127.0.0.1" })
        }
    }

    @Test("accepts no more connections than allowed; the others wait and are served later")
    func maximumConnections() async throws {
        var limits = ConnectionLimits()
        limits.sparedRest = .seconds(600)  // nobody makes room
        try await TestServer.run(limits: limits, configure: { $0.maximumConnections = 2 }, handler: Self.echo) { address, server in
            let first = [try RawClient(address), try RawClient(address)]
            for client in first {
                try await client.send(TestServer.get("/1", close: false))
                #expect(try RawClient.parse(try await client.receive()).count == 1)
            }
            let third = try RawClient(address)
            try await third.send(TestServer.get("/3"))
            try await Task.sleep(for: .milliseconds(100))
            #expect(server.connectionCount == 2)
            first[0].finish()
            #expect(try await third.answers().map(\.text) == ["GET /3 "])
        }
    }

    @Test("drains: refuses new clients, closes idle ones, finishes what is in flight, ends event streams properly")
    func drain() async throws {
        let (started, isOver) = (Box(0), Box(false))
        var configuration = HTTPServerConfiguration(address: .loopback())
        configuration.tick = .milliseconds(20)
        let server = HTTPServer(configuration: configuration) { request in
            started.change { $0 += 1 }
            if request.path == "/events" {
                return .events { writer in
                    try await writer.send(ServerSentEvent(comment: "hello"))
                    try await Task.sleep(for: .seconds(60))
                }
            }
            do { while !isOver.value { try await Task.sleep(for: .milliseconds(5)) } } catch { return .text("cancelled") }
            return .text("done")
        }
        let address = try server.start()
        #expect(throws: HTTPError.alreadyStarted) { try server.start() }
        let (idle, busy, events) = (try RawClient(address), try RawClient(address), try RawClient(address))
        try await busy.send(TestServer.get("/", close: false))
        try await events.send(TestServer.get("/events", close: false))
        #expect(try await TestServer.eventually { started.value == 2 && server.connectionCount == 3 })
        // When the server shuts down, and the request in flight is done a while later
        let clock = ContinuousClock()
        async let release: Void = {
            while !server.isDraining { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(100))
            isOver.change { $0 = true }
        }()
        let time = await clock.measure { await server.shutdown(grace: .seconds(20)) }
        try await release
        // Then everyone was treated as promised, well within the grace
        #expect(server.isDraining && server.connectionCount == 0 && time < .seconds(10))
        #expect(try await idle.receiveToEnd().isEmpty)
        let answer = try #require(try await busy.answers().first)
        #expect(answer.text == "done" && answer.fields["connection"] == "close")
        #expect(try await events.answers().map(\.text) == [": hello\n\n"])
        #expect(throws: (any Error).self) { try RawClient(address) }
    }

    @Test("cuts what is left when the grace is over")
    func graceOver() async throws {
        let cancelled = Box(false)
        let server = HTTPServer(configuration: HTTPServerConfiguration(address: .loopback())) { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.change { $0 = true } }
            return .empty(.ok)
        }
        let address = try server.start()
        let client = try RawClient(address)
        try await client.send(TestServer.get("/"))
        try await Task.sleep(for: .milliseconds(50))
        await server.shutdown(grace: .milliseconds(50))
        #expect(server.connectionCount == 0)
        #expect(try await TestServer.eventually { cancelled.value })
        #expect(try await client.receiveToEnd().isEmpty)
    }
}
