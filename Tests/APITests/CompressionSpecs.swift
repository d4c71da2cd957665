import Gzip
import HTTP
import HTTPTypes
import Testing

@testable import API

@Suite("packed answers")
struct CompressionSpecs {
    private let long = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)

    private func packed(_ response: ServerResponse, accept: String?) async throws -> ServerResponse {
        var fields: HTTPFields = [:]
        fields[.acceptEncoding] = accept
        return await Compression.apply(response, to: try ServerRequest(method: .get, target: "/v1/version", fields: fields))
    }

    private func bytes(_ response: ServerResponse) throws -> [UInt8] {
        guard case .bytes(let bytes) = response.body else { throw CancellationError() }
        return bytes
    }

    @Test(
        "text goes out packed to who asks for it, with the fields that caches need",
        arguments: ["application/json", "application/problem+json", "text/html; charset=utf-8", "text/javascript", "image/svg+xml"])
    func packs(type: String) async throws {
        // Given a long answer with a strong tag
        let response = ServerResponse.bytes(long, type: type, fields: [.eTag: "\"x\""])
        // When a client takes gzip
        let answer = try await packed(response, accept: "gzip, deflate, br")
        // Then the same bytes come packed under a weak tag
        #expect(try Gzip.decompress(try bytes(answer), limit: 5000) == long)
        #expect(answer.fields[.contentEncoding] == "gzip" && answer.fields[.vary] == "Accept-Encoding" && answer.fields[.eTag] == "W/\"x\"")
        // And who does not ask gets them as they are, with the same Vary
        for accept in [nil, "identity", "gzip;q=0"] {
            let plain = try await packed(response, accept: accept)
            #expect(try bytes(plain) == long && plain.fields[.contentEncoding] == nil)
            #expect(plain.fields[.vary] == "Accept-Encoding" && plain.fields[.eTag] == "\"x\"")
        }
    }

    @Test("pictures, weights, small answers, files and what is packed already stay as they are")
    func leaves() async throws {
        let small = ServerResponse.bytes(Array(long.prefix(1023)), type: "application/json")
        let coded = ServerResponse.bytes(long, type: "application/json", fields: [.contentEncoding: "br"])
        let picture = ServerResponse.bytes(long, type: "image/png")
        let weights = ServerResponse.bytes(long, type: "application/octet-stream")
        for response in [small, coded, picture, weights] {
            #expect(try bytes(try await packed(response, accept: "gzip")) == bytes(response))
        }
        #expect(try await packed(picture, accept: "gzip").fields[.vary] == nil)
        #expect(try await packed(.empty(.notModified), accept: "gzip").fields[.vary] == "Accept-Encoding")
        // Noise does not get smaller
        var state: UInt64 = 1
        let noise = (0..<4096).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        #expect(try await packed(.bytes(noise, type: "text/plain"), accept: "gzip").fields[.contentEncoding] == nil)
    }
}
