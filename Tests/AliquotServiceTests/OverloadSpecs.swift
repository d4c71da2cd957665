import Foundation
import Images
import TestSupport
import Testing

@Suite("more pictures than can be answered")
struct OverloadSpecs {
    @Test("what is too much is 503 at once, everything else is answered, and nothing is left over")
    func refusesWhatIsTooMuch() async throws {
        try await ScriptedWorkers.with {
            $0.queue = 2
            $0.lanes = 1
        } _: { live in
            // Given a service with two places and pictures that take their time
            _ = try await live.finished(try await live.train())
            let folder = try TestSupport.temporaryDirectory()
            try Data(ImageEncoder.jpeg(try Pictures.pixels(1, side: 1000))).write(to: folder.appendingPathComponent("a.jpg"))
            // When ten times as many clients ask without pause
            let run = try await ChildProcess.run(
                TestSupport.program,
                [
                    "bench", "serve", "--address", String(live.address.dropFirst("http://".count)), "--path", "/v1/models/cells/classify",
                    "--pictures", folder.path, "--requests", "600", "--clients", "20", "--seconds", "60", "--json",
                ], timeout: .seconds(90))
            let report = (try? JSONDecoder().decode(JSON.self, from: run.output)) ?? .null
            // Then each is told 200 or 503
            #expect(Set(report["statuses"].keys) == ["200", "503"], "\(report) \(run.errorText)")
            let answered = report["statuses"]["200"].int ?? 0
            #expect(answered + (report["statuses"]["503"].int ?? 0) == 600)
            // And as many went through the network as were answered, and the next one has a place
            let counts = try await live.call("/v2/models/cells/stats").json["model_stats"][0]
            #expect(counts["inference_count"].int == answered)
            #expect(try await live.put("/v1/models/cells/classify", try Pictures.png(3), "-X", "POST").status == 200)
        }
    }
}
