import Foundation
import TestSupport
import Testing

@Suite("quantisations over a socket")
struct QuantiseRoutesSpecs {
    /// A service with a model `cells` of red, green and blue, whose lineage is unknown, and a dataset `colours` of the same classes.
    private func with(_ body: (LiveService) async throws -> Void) async throws {
        try await ScriptedWorkers.with { live in
            _ = try await live.finished(try await live.train())
            _ = try await live.post("/v1/datasets", #"{"name":"colours"}"#)
            for (index, label) in ["red", "green", "blue"].enumerated() {
                for picture in 0..<2 {
                    _ = try await live.put(
                        "/v1/datasets/colours/images/\(label)\(picture)?label=\(label)", try Pictures.png(10 * index + picture))
                }
            }
            try await body(live)
        }
    }

    private func quantise(_ live: LiveService, _ more: String = "") async throws -> String {
        let accepted = try await live.post("/v1/jobs", #"{"type":"quantise","model":"cells","dataset":"colours"\#(more)}"#)
        guard accepted.status == 202, let id = accepted.json["id"].string else { throw LiveService.Failure.noAnswer(accepted.text) }
        return id
    }

    @Test("one is accepted with a frozen revision and becomes the model's next version; only `latest` moves")
    func makesAVersion() async throws {
        try await with { live in
            // Given an alias on the only version
            #expect(
                try await live.call(
                    "/v1/models/cells/aliases/production", "-X", "PUT", "-H", "Content-Type: application/json", "-d", #"{"version":1}"#
                ).status == 204)
            // When the model is quantised
            let id = try await quantise(live)
            let job = try await live.finished(id)
            // Then the job names what it did, with all defaults filled in
            #expect(job["state"].string == "succeeded", "\(job)")
            #expect(job["type"].string == "quantise" && job["specification"]["version"].int == 1)
            #expect(job["specification"]["revision"].int == 1 && job["specification"]["quantisation"]["calibration"].string == "percentile")
            #expect(job["specification"]["float_sha256"].string?.count == 64 && job["links"]["dataset"].string == "/v1/datasets/colours")
            // And the model has a second version, to which only `latest` points
            #expect(job["result"]["model"].string == "cells" && job["result"]["version"].int == 2)
            #expect(job["result"]["pages"]["html"].string == "/v1/jobs/\(id)/report.html")
            let aliases = try await live.call("/v1/models/cells/aliases").json
            #expect(aliases["latest"].int == 2 && aliases["production"].int == 1)
            // And the worker had the pictures
            let seen = try String(contentsOf: live.data.appendingPathComponent("jobs/\(id)/result/seen.json"), encoding: .utf8)
            #expect(seen.contains(#""images":6"#))
            // And lists find it by its type
            #expect(try await live.call("/v1/jobs?type=quantise").json["items"].array.count == 1)
            #expect(try live.files().filter { $0.hasPrefix("incoming/") }.isEmpty)
        }
    }

    @Test("what cannot be done is refused with every fault, and leaves nothing behind")
    func refuses() async throws {
        try await with { live in
            // Given what the data directory holds
            let before = try live.files()
            // When jobs are submitted that cannot work
            let refusals: [(String, [String])] = [
                (#"{"type":"quantise"}"#, ["/model required"]),
                (#"{"type":"quantise","model":"nobody"}"#, ["/model unknown_model"]),
                (#"{"type":"quantise","model":"cells"}"#, ["/dataset required"]),
                (
                    #"{"type":"quantise","model":"cells","version":2,"dataset":"nothing","epochs":1}"#,
                    ["/dataset unknown_dataset", "/epochs unknown_field", "/version unknown_version"]
                ),
                (#"{"type":"quantise","model":"cells","dataset":"colours","revision":9}"#, ["/dataset unknown_dataset"]),
                (#"{"type":"quantise","model":"cells","dataset":"cells"}"#, ["/dataset other_classes"]),
                (
                    #"{"type":"quantise","model":"cells","dataset":"colours","quantisation":{"max_drop":2,"scheme":"none"}}"#,
                    ["/quantisation/max_drop out_of_range", "/quantisation/scheme nothing_to_do"]
                ),
            ]
            for (text, expected) in refusals {
                let answer = try await live.post("/v1/jobs", text)
                // Then 422 names each fault
                #expect(answer.status == 422 && answer.isProblem, "\(text): \(answer.text)")
                let got = answer.json["errors"].array.map { "\($0["pointer"].string ?? "") \($0["code"].string ?? "")" }
                #expect(got.sorted() == expected, "\(text): \(got)")
            }
            #expect(try live.files() == before)
            #expect(try await live.call("/v1/jobs?type=quantise").json["items"].array.isEmpty)
        }
    }

    @Test("a running one is cancelled; one whose model is deleted before it ends fails, and the name stays free")
    func ends() async throws {
        try await with { live in
            // Given one that runs on and on (its script does with seed 99), and one that waits behind it
            let running = try await quantise(live, #","seed":99"#)
            try await live.until(running, is: "running")
            let late = try await quantise(live)
            // Then the dataset of their pictures cannot be taken from under them
            #expect(try await live.call("/v1/datasets/colours", "-X", "DELETE").status == 409)
            // When the model is deleted, and the first one cancelled
            #expect(try await live.call("/v1/models/cells", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/jobs/\(running)/cancel", "-X", "POST").status == 200)
            // Then that one ends cancelled, and the result of the other, which its script made in spite of all, is not taken in
            #expect(try await live.finished(running)["state"].string == "cancelled")
            let job = try await live.finished(late)
            #expect(job["state"].string == "failed" && job["error"]["code"].string == "model_gone", "\(job)")
            #expect(job["error"]["detail"].string?.contains("version 1 of 'cells'") == true)
            #expect(try await live.call("/v1/models/cells").status == 404)
        }
    }

    @Test("one whose version is deleted before it ends fails too, though the model has others")
    func versionGone() async throws {
        try await with { live in
            // Given a model of two versions, and one that waits for the first of them
            _ = try await live.finished(try await quantise(live))
            let running = try await quantise(live, #","seed":99"#)
            try await live.until(running, is: "running")
            let waiting = try await quantise(live, #","version":1"#)
            // When that version is deleted
            #expect(try await live.call("/v1/models/cells/versions/1", "-X", "DELETE").status == 204)
            _ = try await live.call("/v1/jobs/\(running)/cancel", "-X", "POST")
            // Then the job fails, and the other version stands
            #expect(try await live.finished(waiting)["error"]["code"].string == "model_gone")
            #expect(try await live.call("/v1/models/cells").json["versions"].array.compactMap(\.int) == [2])
        }
    }
}
