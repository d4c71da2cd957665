import Testing

@testable import HTTP

@Suite("The chunked coding")
struct ChunkedDecoderSpecs {
    /// Decodes `pieces` one after the other; the content, how many bytes were used, and whether it ended.
    static func decode(_ pieces: [[UInt8]], limits: ConnectionLimits = ConnectionLimits()) throws(RequestFault) -> (String, Int, Bool) {
        var decoder = ChunkedDecoder(limits: limits)
        var output: [UInt8] = []
        var used = 0
        for piece in pieces {
            used += try piece.withUnsafeBufferPointer { bytes throws(RequestFault) in try decoder.decode(bytes, into: &output, limit: .max)
            }
        }
        return (String(decoding: output, as: UTF8.self), used, decoder.isComplete)
    }

    static let message = "4\r\nWiki\r\n6;name=\"v\"\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nX-Sum: 1\r\n\r\n"

    @Test("gives the content whole or cut anywhere, and leaves what follows alone")
    func everyCut() throws {
        // Given the classic example with an extension and a trailer field, and the next request behind it
        let bytes = Array((Self.message + "GET").utf8)
        for cut in 0...bytes.count {
            // When it comes in two pieces
            let (text, used, ended) = try Self.decode([Array(bytes[..<cut]), Array(bytes[cut...])])
            // Then the content is the same and the next request is untouched
            #expect(text == "Wikipedia in \r\n\r\nchunks." && ended)
            #expect(used == Self.message.utf8.count)
        }
    }

    @Test("stops at the limit and goes on from there")
    func limit() throws {
        var decoder = ChunkedDecoder(limits: ConnectionLimits())
        var output: [UInt8] = []
        let bytes = Array("5\r\nabcde\r\n0\r\n\r\n".utf8)
        let used = try bytes.withUnsafeBufferPointer { try decoder.decode($0, into: &output, limit: 2) }
        #expect(output == Array("ab".utf8) && used == 5 && !decoder.isComplete)
        _ = try bytes[used...].withUnsafeBufferPointer { try decoder.decode($0, into: &output, limit: 99) }
        #expect(output == Array("abcde".utf8) && decoder.isComplete)
    }

    @Test(
        "refuses sizes and line ends that others might read differently (RFC 9112 section 7.1)",
        arguments: [
            "\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1\n", "1\rX", "1\r\nab\r\n", "1\r\na\n", "1\r\na\rX",
            "1000000000000000\r\n",
            "ffffffffffffffff\r\n", ";a\r\n", "1;a\u{1}\r\n", "1;a\nX\r\n", "0\r\nX\r\n\r\n", "0\r\nX : y\r\n\r\n",
            "0\r\n folded: y\r\n\r\n", "0\r\n\n", "0\r\nX: y\n\r\n",
        ])
    func refuses(text: String) throws {
        do {
            let result = try Self.decode([Array(text.utf8)])
            Issue.record("accepted as \(result)")
        } catch {
            guard case .malformedChunk = error else { throw error }
        }
    }

    @Test("bounds extensions, trailer bytes and trailer fields")
    func bounds() throws {
        var limits = ConnectionLimits()
        limits.headBytes = 100
        limits.fields = 2
        #expect(try Self.decode([Array("1;\(String(repeating: "x", count: 255))\r\na\r\n0\r\n\r\n".utf8)]).2)
        #expect(throws: RequestFault.self) { try Self.decode([Array("1;\(String(repeating: "x", count: 257))\r\n".utf8)]) }
        #expect(try Self.decode([Array("0\r\na: 1\r\nb: 2\r\n\r\n".utf8)], limits: limits).2)
        #expect(throws: RequestFault.self) { try Self.decode([Array("0\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n".utf8)], limits: limits) }
        #expect(throws: RequestFault.self) {
            try Self.decode([Array("0\r\na: \(String(repeating: "x", count: 100))".utf8)], limits: limits)
        }
    }
}
