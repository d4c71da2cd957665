import Foundation
import Testing

@Suite("jobs over a socket")
struct JobRoutesSpecs {
    @Test("a training is accepted with a frozen revision, watched, and becomes a model")
    func trains() async throws {
        try await ScriptedWorkers.with { live in
            // When a job is submitted
            let accepted = try await live.post("/v1/jobs", #"{"type":"train","dataset":"cells","network":"mobilenet_v2"}"#)
            // Then 202 says where it is, and its dataset is frozen
            #expect(accepted.status == 202)
            let id = try #require(accepted.json["id"].string)
            #expect(accepted.fields["location"] == "/v1/jobs/\(id)")
            #expect(accepted.json["specification"]["revision"].int == 1)
            // And it ends with a model
            let job = try await live.finished(id)
            #expect(job["state"].string == "succeeded", "\(job)")
            #expect(job["result"]["model"].string == "cells")
            #expect(job["result"]["version"].int == 1)
            // And its worker saw the manifest of the revision
            let seen = try String(contentsOf: live.data.appendingPathComponent("jobs/\(id)/result/seen.json"), encoding: .utf8)
            #expect(seen.contains(#""images":6"#))
            // And log, measures and report can be read
            #expect(try await live.call("/v1/jobs/\(id)/log").text.contains("worker of"))
            #expect(try await live.call("/v1/jobs/\(id)/metrics").json["items"][0]["metrics"]["validation_macro_f1"].number == 0.75)
            #expect(try await live.call("/v1/jobs/\(id)/report").json["test"]["accuracy"].int == 1)
            // And a browser gets the report as a page that may do nothing but be shown
            let page = try await live.call(
                "/v1/jobs/\(id)/report", "-H", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            #expect(page.text.contains("read me") && page.fields["content-type"] == "text/html; charset=utf-8")
            #expect(
                page.fields["content-security-policy"]?.contains("default-src 'none'") == true
                    && page.fields["vary"] == "Accept")
            #expect(page.fields["content-security-policy"]?.contains("sandbox") == true)
            // And the worker was given what was found in its pictures
            let facts = try String(contentsOf: live.data.appendingPathComponent("jobs/\(id)/revision.json"), encoding: .utf8)
            #expect(facts.contains(#""findings":"#))
            // And lists find it by state, type and dataset
            #expect(try await live.call("/v1/jobs?state=succeeded&type=train&dataset=cells").json["items"].array.count == 1)
            #expect(try await live.call("/v1/jobs?state=queued").json["items"].array.isEmpty)
            // And it can be deleted, once; the model stays
            #expect(try await live.call("/v1/jobs/\(id)", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/jobs/\(id)").status == 404)
            #expect(try await live.call("/v1/models/cells").status == 200)
            #expect(try live.files().filter { $0.hasPrefix("incoming/") }.isEmpty)
        }
    }

    @Test("a job's tag gives 304 while nothing changes, and a waiting client is woken by the change")
    func waits() async throws {
        try await ScriptedWorkers.with { live in
            // Given a job that runs on and on
            let id = try await live.train(#","seed":99"#)
            try await live.until(id, is: "running")
            try await Task.sleep(for: .milliseconds(500))
            let now = try await live.call("/v1/jobs/\(id)")
            let tag = try #require(now.fields["etag"])
            // Then its tag gives 304, at once and after a wait
            #expect(try await live.call("/v1/jobs/\(id)", "-H", "If-None-Match: \(tag)").status == 304)
            #expect(try await live.call("/v1/jobs/\(id)?wait=1", "-H", "If-None-Match: \(tag)").status == 304)
            // And a client that waits learns of the cancellation long before its wait is over
            async let waiting = live.call("/v1/jobs/\(id)?wait=25")
            try await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            #expect(try await live.call("/v1/jobs/\(id)/cancel", "-X", "POST").status == 200)
            #expect(try await waiting.json["state"].string == "cancelled")
            #expect(start.duration(to: .now) < .seconds(15))
            #expect(try await live.call("/v1/jobs/\(id)?wait=61").status == 400)
        }
    }

    @Test("a queued job that is cancelled never starts; a cancelled one can be resumed")
    func cancels() async throws {
        try await ScriptedWorkers.with { live in
            // Given one that runs and one that waits
            let running = try await live.train(#","seed":99"#)
            let waiting = try await live.train()
            try await live.until(running, is: "running")
            #expect(try await live.call("/v1/jobs/\(waiting)").json["queue_position"].int == 1)
            #expect(try await live.call("/v1/jobs/\(running)", "-X", "DELETE").status == 409)
            // And their dataset cannot be taken away from under them
            #expect(try await live.call("/v1/datasets/cells", "-X", "DELETE").status == 409)
            // When both are cancelled
            for id in [waiting, running] { #expect(try await live.call("/v1/jobs/\(id)/cancel", "-X", "POST").status == 200) }
            // Then both end cancelled, the waiting one never started, and cancelling again is told
            #expect(try await live.finished(running)["state"].string == "cancelled")
            let second = try await live.finished(waiting)
            #expect(second["state"].string == "cancelled")
            #expect(second["started_at"].string == nil)
            // And the waiting one can be resumed to its end
            #expect(try await live.call("/v1/jobs/\(waiting)/resume", "-X", "POST").status == 200)
            #expect(try await live.finished(waiting)["state"].string == "succeeded")
        }
    }

    @Test("events tell the story in order, go on after Last-Event-ID, and end with the job")
    func events() async throws {
        try await ScriptedWorkers.with { live in
            let id = try await live.train()
            _ = try await live.finished(id)
            // When the stream is read
            let all = try await live.call("/v1/jobs/\(id)/events")
            // Then it is an event stream from the first state to the end
            #expect(all.fields["content-type"] == "text/event-stream")
            let kinds = all.text.matches(of: /event: (.*)/).map { String($0.output.1) }
            #expect(kinds.contains("progress"))
            #expect(kinds.contains("metric"))
            #expect(kinds.last == "end")
            // And the part after a position is the rest of it
            let positions = all.text.matches(of: /id: (.*)/).map { String($0.output.1) }
            let rest = try await live.call("/v1/jobs/\(id)/events", "-H", "Last-Event-ID: \(positions[1])")
            #expect(rest.text.matches(of: /id: (.*)/).map { String($0.output.1) } == Array(positions.dropFirst(2)))
            #expect(try await live.call("/v1/jobs/\(id)/events", "-H", "Last-Event-ID: x").status == 400)
        }
    }

    @Test("a submission is carried out once for its key, and another under the key is refused")
    func isIdempotent() async throws {
        try await ScriptedWorkers.with { live in
            let body = #"{"type":"train","dataset":"cells","network":"mobilenet_v2"}"#
            let first = try await live.post("/v1/jobs", body, "-H", "Idempotency-Key: abc")
            let again = try await live.post("/v1/jobs", body, "-H", "Idempotency-Key: abc")
            #expect(first.status == 202)
            #expect(again.status == 202)
            #expect(again.json["id"] == first.json["id"])
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(again.fields["location"] == first.fields["location"])
            let other = try await live.post(
                "/v1/jobs", #"{"type":"train","dataset":"cells","network":"resnet18"}"#, "-H", "Idempotency-Key: abc")
            #expect(other.status == 422)
            #expect(try await live.call("/v1/jobs").json["items"].array.count == 1)
        }
    }

    @Test("an archive becomes an import job with the upload as its input, and its failure is told")
    func imports() async throws {
        try await ScriptedWorkers.with { live in
            // Given an empty zip (APPNOTE.TXT 4.3.16)
            let zip = Data([0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18))
            // When it is posted
            let accepted = try await live.put("/v1/datasets/cells/archives", zip, "-X", "POST")
            // Then it is a job's input
            #expect(accepted.status == 202)
            #expect(accepted.json["type"].string == "import")
            let id = try #require(accepted.json["id"].string)
            #expect(try Data(contentsOf: live.data.appendingPathComponent("jobs/\(id)/input/archive")) == zip)
            // And the worker's reason is the job's error
            let job = try await live.finished(id)
            #expect(job["state"].string == "failed")
            #expect(job["error"]["code"].string == "not_an_archive")
            // And what is no archive is refused before there is a job
            #expect(try await live.put("/v1/datasets/cells/archives", Data("PK nonsense".utf8), "-X", "POST").status == 415)
            #expect(try await live.put("/v1/datasets/nowhere/archives", zip, "-X", "POST").status == 404)
            #expect(try await live.call("/v1/jobs?type=import").json["items"].array.count == 1)
            #expect(try live.files().filter { $0.hasPrefix("incoming/") }.isEmpty)
        }
    }
}
