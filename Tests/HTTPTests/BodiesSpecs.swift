import Base
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("Bodies and files, through real sockets", .timeLimit(.minutes(1)))
struct BodiesSpecs {
    @Test("an upload goes to disk, and leaves nothing there when it is too long, cut, or the file exists")
    func toDisk() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("upload")
            try await TestServer.run(handler: { .text("\(try await $0.body.write(to: file, limit: 3 << 20))") }) { address, _ in
                let bytes = (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 3) }
                let client = try RawClient(address)
                try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes.count)\r\nConnection: close\r\n\r\n")
                try await client.send(bytes)
                #expect(try await client.answers().map(\.text) == ["\(bytes.count)"])
                #expect(try Data(contentsOf: file) == Data(bytes))
                // Given the file is there already
                let again = try RawClient(address)
                try await again.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
                #expect(try await again.answers().map(\.status) == [500])
                #expect(try Data(contentsOf: file).count == bytes.count)
                try FileManager.default.removeItem(at: file)
                // Given one byte too much in chunks
                let long = try RawClient(address)
                try await long.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n300001\r\n")
                try await long.send(bytes + Array("x\r\n0\r\n\r\n".utf8))
                #expect(try await long.answers().map(\.status) == [413])
                #expect(!FileManager.default.fileExists(atPath: file.path))
                // Given a client that leaves
                let cut = try RawClient(address)
                try await cut.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
                cut.finish()
                #expect(try await cut.answers().map(\.status) == [400])
                #expect(!FileManager.default.fileExists(atPath: file.path))
            }
        }
    }

    @Test("a file is served whole, in part, or not at all")
    func files() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("file")
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            try Data(bytes).write(to: file)
            try await TestServer.run { request in
                try await .file(directory.appendingPathComponent(request.path), for: request, type: "image/png", etag: "\"e\"")
            } _: { address, _ in
                func ask(_ path: String, _ fields: String = "") async throws -> RawClient.Answer {
                    let client = try RawClient(address)
                    try await client.send(TestServer.get(path, fields))
                    return try #require(try await client.answers().first)
                }
                let whole = try await ask("/file")
                #expect(whole.status == 200 && whole.body == bytes)
                #expect(
                    whole.fields["etag"] == "\"e\"" && whole.fields["accept-ranges"] == "bytes"
                        && whole.fields["content-type"] == "image/png")
                let part = try await ask("/file", "Range: bytes=10-600009\r\n")
                #expect(
                    part.status == 206 && part.body == Array(bytes[10..<600_010])
                        && part.fields["content-range"] == "bytes 10-600009/1000000")
                let small = try await ask("/file", "Range: bytes=-3\r\n")
                #expect(small.status == 206 && small.body == Array(bytes.suffix(3)))
                let beyond = try await ask("/file", "Range: bytes=1000000-\r\n")
                #expect(beyond.status == 416 && beyond.fields["content-range"] == "bytes */1000000")
                let cached = try await ask("/file", "If-None-Match: \"e\"\r\n")
                #expect(cached.status == 304 && cached.body.isEmpty && cached.fields["etag"] == "\"e\"")
                let modified = try #require(whole.fields["last-modified"])
                #expect(try await ask("/file", "If-Modified-Since: \(modified)\r\n").status == 304)
                #expect(try await ask("/none").status == 404)
                #expect(try await ask("/").status == 404)
                let client = try RawClient(address)
                try await client.send("HEAD /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                let head = try await client.receiveToEnd()
                #expect(
                    String(decoding: head, as: UTF8.self).contains("content-length: 1000000\r\n") && head.suffix(4) == [13, 10, 13, 10])
            }
        }
    }

    @Test("a form of 3 files, 2 of them large, arrives in pieces of 1000 bytes")
    func multipart() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            try await TestServer.run { request in
                guard var reader = MultipartReader(contentType: request.fields[.contentType], body: request.body) else {
                    throw Problem(.unsupportedMediaType)
                }
                var lines: [String] = []
                while let part = try await reader.nextPart() {
                    let size = try await part.write(to: directory.appendingPathComponent(part.name), limit: 1 << 20)
                    lines.append("\(part.name) \(part.filename ?? "-") \(size)")
                }
                return .text(lines.joined(separator: "\n"))
            } _: { address, _ in
                let contents = [
                    [UInt8](repeating: 13, count: 200_000), Array("\r\n--B".utf8), (0..<300_000).map { UInt8(truncatingIfNeeded: $0) },
                ]
                var form: [UInt8] = []
                for (number, content) in contents.enumerated() {
                    form +=
                        Array("--BOUND\r\nContent-Disposition: form-data; name=\"f\(number)\"; filename=\"\(number).png\"\r\n\r\n".utf8)
                        + content + [13, 10]
                }
                form += Array("--BOUND--\r\n".utf8)
                let client = try RawClient(address)
                try await client.send(
                    "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=BOUND\r\nContent-Length: \(form.count)\r\n\r\n"
                )
                for start in stride(from: 0, to: form.count, by: 1000) {
                    try await client.send(Array(form[start..<min(form.count, start + 1000)]))
                }
                #expect(try await client.answers().map(\.text) == ["f0 0.png 200000\nf1 1.png 5\nf2 2.png 300000"])
                for (number, content) in contents.enumerated() {
                    #expect(try Data(contentsOf: directory.appendingPathComponent("f\(number)")) == Data(content))
                }
            }
        }
    }

    @Test("a stream that fails in the middle is cut, and its error told")
    func brokenStream() async throws {
        struct Odd: Error {}
        let told = Box<[String]>([])
        try await TestServer.run(configure: {
            $0.onBrokenAnswer = { request, error in told.change { $0.append("\(request.path) \(error is Odd)") } }
        }) { _ in
            ServerResponse(
                body: .stream { writer in
                    try await writer.write("abc")
                    throw Odd()
                })
        } _: { address, _ in
            let client = try RawClient(address)
            try await client.send(TestServer.get("/s"))
            let bytes = try await client.receiveToEnd()
            #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n3\r\nabc\r\n"))
            #expect(try await TestServer.eventually { told.value == ["/s true"] })
        }
    }

    @Test("a body can be read by one reader at a time, and a cancelled reader is woken")
    func oneReader() async throws {
        let body = RequestBody(declaredLength: nil) { _ in }
        let reader = Task { try await body.next() }
        try await Task.sleep(for: .milliseconds(30))
        await #expect(throws: HTTPError.bodyUnavailable) { try await body.next() }
        reader.cancel()
        await #expect(throws: HTTPError.cancelled) { try await reader.value }
        body.deliver([1])
        body.finish()
        #expect(try await body.next() == [1])
        #expect(try await body.next() == nil)
        #expect(try await body.next() == nil)
    }

    @Test("who collects a body of known length is woken once half a window is there, or all of it")
    func collects() async throws {
        // Given a reader that waits for 300,000 bytes
        let granted = Mutex(0)
        let body = RequestBody(declaredLength: 300_000) { took in granted.withLock { $0 += took } }
        let reader = Task { try await body.collect(limit: 300_000) }
        // When they come in thirds, of which the first is less than half a window
        let pieces = (0..<3).map { [UInt8](repeating: $0, count: 100_000) }
        for piece in pieces {
            try await Task.sleep(for: .milliseconds(10))
            body.deliver(piece)
            if piece[0] == 0 { #expect(granted.withLock { $0 } == 0) }
        }
        body.finish()
        // Then it has them in order
        #expect(try await reader.value == pieces.flatMap(\.self))
    }

    @Test("what has gathered for a collector is lost with the rest: it is told why", arguments: [HTTPError.clientGone, .cancelled])
    func collectsNothing(_ error: HTTPError) async throws {
        let body = RequestBody(declaredLength: 1000) { _ in }
        let reader = Task { try await body.collect(limit: 1000) }
        try await Task.sleep(for: .milliseconds(10))
        body.deliver([1, 2, 3])
        if error == .cancelled { reader.cancel() } else { body.fail(error) }
        await #expect(throws: error) { try await reader.value }
    }

    @Test("an upload of many small packets is collected whole, and one over the limit is refused")
    func collectsPackets() async throws {
        try await TestServer.run(handler: { .text("\(try await $0.body.collect(limit: 400_000).reduce(0) { $0 &* 31 &+ Int($1) })") }) {
            address, _ in
            let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
            let client = try RawClient(address)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes.count)\r\nConnection: close\r\n\r\n")
            for start in stride(from: 0, to: bytes.count, by: 1777) {
                try await client.send(Array(bytes[start..<min(start + 1777, bytes.count)]))
            }
            #expect(try await client.answers().map(\.text) == ["\(bytes.reduce(0) { $0 &* 31 &+ Int($1) })"])
            let long = try RawClient(address)
            try await long.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 400001\r\nConnection: close\r\n\r\n")
            #expect(try await long.answers().map(\.status) == [413])
        }
    }

    @Test("events cannot be forged by line breaks in their values (WHATWG HTML section 9.2.6)")
    func events() {
        let event = ServerSentEvent(id: "1\n2", event: "a\r\nb", data: "x\ndata: y\r\nz", comment: "c")
        #expect(String(decoding: event.bytes, as: UTF8.self) == ": c\nid: 12\nevent: ab\ndata: x\ndata: data: y\ndata: z\n\n")
    }
}
