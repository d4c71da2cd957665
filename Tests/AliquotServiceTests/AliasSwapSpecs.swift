import Foundation
import Images
import TestSupport
import Testing

@Suite("alias swaps under load")
struct AliasSwapSpecs {
    /// `ALIQUOT_SWAPS=1000` for the long form: ten requests a swap.
    private static let swaps = ProcessInfo.processInfo.environment["ALIQUOT_SWAPS"].flatMap(Int.init) ?? 20

    @Test("no request fails while the alias it goes through is swapped again and again, and every answer is a forward pass of its own")
    func losesNoRequest() async throws {
        try await ScriptedWorkers.with { live in
            // Given two versions and a client of eight connections that never pauses
            for _ in 0..<2 { _ = try await live.finished(try await live.train()) }
            let folder = try TestSupport.temporaryDirectory()
            let image = try RGBImage(width: 20, height: 20, pixels: (0..<400).flatMap { _ in [250, 10, 10] as [UInt8] })
            try Data(ImageEncoder.png(image)).write(to: folder.appendingPathComponent("red.png"))
            func point(_ version: Int) async throws -> Int {
                try await live.call(
                    "/v1/models/cells/aliases/production", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                    #"{"version":\#(version)}"#
                ).status
            }
            #expect(try await point(1) == 204)
            let address = String(live.address.dropFirst("http://".count))
            var answered = 0
            for first in stride(from: 0, to: Self.swaps, by: 20) {
                async let load = ChildProcess.run(
                    TestSupport.program,
                    [
                        "bench", "serve", "--address", address, "--path", "/v1/models/cells/aliases/production/classify", "--pictures",
                        folder.path, "--requests", "200", "--clients", "8", "--seconds", "60", "--json",
                    ], timeout: .seconds(120))
                // When the alias is swapped twenty times meanwhile
                for swap in first..<min(first + 20, Self.swaps) { #expect(try await point(2 - swap % 2) == 204) }
                let report = try await load
                let json = (try? JSONDecoder().decode(JSON.self, from: report.output)) ?? .null
                // Then each of 200 requests got its 200
                #expect(
                    json["statuses"] == .object(["200": .number(200)]),
                    "\(String(decoding: report.output, as: UTF8.self)) \(report.errorText)")
                answered += json["statuses"]["200"].int ?? 0
            }
            // And as many pictures went through a network as were answered
            let counted = try await live.call("/v2/models/stats").json["model_stats"].array.compactMap { $0["inference_count"].int }
            #expect(counted.reduce(0, +) == answered)
            #expect(counted.count == 2 && counted.allSatisfy { $0 > 0 })
        }
    }
}
