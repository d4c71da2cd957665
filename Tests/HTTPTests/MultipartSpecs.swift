import Foundation
import HTTPTypes
import Testing

@testable import HTTP

@Suite("multipart/form-data")
struct MultipartSpecs {
    /// Three parts: one with a file whose content looks like boundaries, one empty, one text.
    static let content = "line\r\n--AaB03\r\n--AaB03y\r\n-\r"
    static let form =
        "preamble\r\n--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png\r\n\r\n\(content)"
        + "\r\n--AaB03x  \r\ncontent-disposition: form-data; name=empty\r\n\r\n\r\n--AaB03x\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nhello\r\n--AaB03x--\r\nepilogue"

    struct Read: Equatable {
        var name: String
        var filename: String?
        var type: String?
        var content = ""
    }

    /// Feeds pieces and gathers the parts.
    static func read(_ pieces: [[UInt8]], boundary: String = "AaB03x", limits: MultipartLimits = MultipartLimits()) throws -> [Read] {
        var parser = try #require(MultipartParser(boundary: boundary, limits: limits))
        var parts: [Read] = []
        var bytes: [UInt8] = []
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                switch event {
                case .part(let head, _): parts.append(Read(name: head.name, filename: head.filename, type: head.contentType))
                case .content(let more): bytes += more
                case .endOfPart:
                    parts[parts.count - 1].content = String(decoding: bytes, as: UTF8.self)
                    bytes = []
                }
            }
        }
        try parser.finish()
        return parts
    }

    static let expected = [
        Read(name: "file", filename: "a \"b\".png", type: "image/png", content: content), Read(name: "empty"),
        Read(name: "t", content: "hello"),
    ]

    @Test("gives its parts whole, cut anywhere, and byte by byte")
    func everyCut() throws {
        let bytes = Array(Self.form.utf8)
        for cut in 0...bytes.count { #expect(try Self.read([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.expected) }
        #expect(try Self.read(bytes.map { [$0] }) == Self.expected)
    }

    @Test("may begin with its first boundary and hold no part")
    func edges() throws {
        #expect(
            try Self.read([Array("--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--".utf8)], boundary: "b") == [
                Read(name: "x", content: "1")
            ])
        #expect(try Self.read([Array("--b--\r\n".utf8)], boundary: "b").isEmpty)
    }

    @Test(
        "is refused when broken",
        arguments: [
            "", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1",
            "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--bb--",
            "--b\r\n\r\n1\r\n--b--", "--b\r\nX: y\r\n\r\n1\r\n--b--", "--b\r\nContent-Disposition: attachment; name=x\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"x\r\n\r\n1\r\n--b--",
            "--bX\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=x\nY: z\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=x\r\n folded\r\n\r\n1\r\n--b--",
        ])
    func refused(text: String) { #expect(throws: HTTPError.self) { try Self.read([Array(text.utf8)], boundary: "b") } }

    @Test("is bounded in parts, header bytes and header fields")
    func bounded() throws {
        var limits = MultipartLimits()
        limits.parts = 2
        limits.headerBytes = 100
        limits.fields = 2
        func part(_ more: String = "") -> String { "--b\r\nContent-Disposition: form-data; name=x\r\n\(more)\r\n1\r\n" }
        #expect(try Self.read([Array((part() + part("A: 1\r\n") + "--b--").utf8)], boundary: "b", limits: limits).count == 2)
        #expect(throws: HTTPError.multipartLimit(what: "parts", limit: 2)) {
            try Self.read([Array((part() + part() + part() + "--b--").utf8)], boundary: "b", limits: limits)
        }
        #expect(throws: HTTPError.multipartLimit(what: "header fields in a part", limit: 2)) {
            try Self.read([Array((part("A: 1\r\nB: 2\r\n") + "--b--").utf8)], boundary: "b", limits: limits)
        }
        #expect(throws: HTTPError.multipartLimit(what: "header bytes in a part", limit: 100)) {
            try Self.read(
                [Array("--b\r\nContent-Disposition: form-data; name=\(String(repeating: "x", count: 100))".utf8)], boundary: "b",
                limits: limits)
        }
    }

    @Test(
        "is recognised by its media type and a valid boundary",
        arguments: [
            ("multipart/form-data; boundary=abc", true), ("Multipart/Form-Data; charset=x; Boundary=\"a b:c\"", true),
            ("multipart/form-data", false),
            ("multipart/mixed; boundary=abc", false), ("multipart/form-data; boundary=\"\"", false),
            ("multipart/form-data; boundary=\"a \"", false),
            ("multipart/form-data; boundary=\"a\u{7f}\"", false),
            ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", false), ("nonsense", false),
        ])
    func mediaType(type: String, valid: Bool) {
        #expect((MultipartReader(contentType: type, body: RequestBody(bytes: [])) != nil) == valid)
    }

    @Test("skips what a handler leaves unread, and does not give a passed part's content")
    func skipping() async throws {
        let body = RequestBody(bytes: Array(Self.form.utf8))
        var reader = try #require(MultipartReader(contentType: "multipart/form-data; boundary=AaB03x", body: body))
        let first = try #require(try await reader.nextPart())
        #expect(first.filename == "a \"b\".png" && first.contentType == "image/png")
        let second = try #require(try await reader.nextPart())
        await #expect(throws: HTTPError.bodyUnavailable) { try await first.next() }
        #expect(try await second.collect(limit: 0).isEmpty)
        #expect(try await second.next() == nil)
        let third = try #require(try await reader.nextPart())
        await #expect(throws: HTTPError.bodyTooLarge(limit: 4)) { try await third.collect(limit: 4) }
        #expect(try await reader.nextPart() == nil)
        #expect(try await reader.nextPart() == nil)
    }
}
