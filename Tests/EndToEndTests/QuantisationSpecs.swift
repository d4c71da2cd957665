import Foundation
import TestSupport
import Testing

/// A finished model gets its int8 form again, by the real program.
@Suite("int8 again", .serialized, .timeLimit(.minutes(5)))
struct QuantisationSpecs {
    /// A service with a model `cells` of one small training, which has an int8 form.
    private func service() async throws -> RunningService {
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        _ = try await service.dataset("cells", from: try await Pictures.archive(try await Pictures.folder()))
        let job = try await service.finished(
            job: try await service.train("cells", epochs: 2, more: #","method":"plain_distillation","confidence":0.3,"seed":3"#))
        #expect(job["state"].string == "succeeded", "\(job)")
        return service
    }

    private func quantise(_ service: RunningService, _ more: String = "") async throws -> String {
        let accepted = try await service.post("/v1/jobs", #"{"type":"quantise","model":"cells","threads":1\#(more)}"#)
        guard accepted.status == 202, let id = accepted.json["id"].string else {
            throw EndToEndError.timeIsUp(waitingFor: "202 for the quantisation", last: accepted.text)
        }
        return id
    }

    /// Halts the worker of a job as soon as there is one, so that what happens next happens in its middle.
    private func halted(_ job: String) async throws -> Int32 {
        for _ in 0..<20_000 {
            if let worker = ProcessTable.find("worker", job).first {
                kill(worker, SIGSTOP)
                return worker
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw EndToEndError.timeIsUp(waitingFor: "a worker of job \(job)", last: "")
    }

    @Test("a model is quantised by its lineage alone: version 2 has the same bytes, and answers; a killed worker begins anew")
    func again() async throws {
        let service = try await service()
        // Given what the training had made
        let first = try await service.call("/v1/models/cells/versions/1").json
        let files = "/v1/models/cells/versions/1/files"
        let int8 = try await service.call("\(files)/int8.safetensors").body
        // When the model is quantised, and the worker killed on the way
        let id = try await quantise(service)
        kill(try await halted(id), SIGKILL)
        let job = try await service.finished(job: id)
        // Then a second attempt has made version 2
        #expect(job["state"].string == "succeeded" && job["attempt"].int == 2, "\(job)")
        #expect(job["specification"]["dataset"].string == "cells" && job["specification"]["revision"].int == 1)
        #expect(job["specification"]["seed"].int == 3 && job["result"]["version"].int == 2)
        // With the bytes of version 1
        let second = try await service.call("/v1/models/cells/versions/2").json
        #expect(try await service.call("/v1/models/cells/versions/2/files/int8.safetensors").body == int8 && int8.count > 1000)
        #expect(second["manifest"]["files"]["float.safetensors"] == first["manifest"]["files"]["float.safetensors"])
        #expect(second["manifest"]["lineage"]["source_version"].int == 1 && second["manifest"]["lineage"]["job"].string == id)
        // And its figures
        for precision in ["float", "int8"] {
            let (one, other) = (second["report"]["precisions"][precision], first["report"]["precisions"][precision])
            #expect(one["macro_f1"] == other["macro_f1"] && one["accuracy"] == other["accuracy"] && one["macro_f1"].number != nil)
        }
        #expect(second["manifest"]["conformal"] == first["manifest"]["conformal"])
        // And it answers by default, and its report is a page
        let picture = try #require(try Pictures.files(below: try await Pictures.folder()).first)
        let answer = try await service.call("/v1/models/cells/classify?precision=int8&in_doubt=keep", "-X", "POST", "-T", picture.path)
        #expect(answer.json["version"].int == 2 && answer.json["precision"].string == "int8", "\(answer.text)")
        #expect(try await service.call("/v1/jobs/\(id)/report.html").text.contains("version 1: int8 again"))
        #expect(try await service.call("/v1/jobs/\(id)/events").text.contains(#""phase":"quantisation""#))
        #expect(try await service.stop() == 0)
    }

    @Test("cancelled in the middle it ends cancelled; a model that is deleted in the middle fails it, and nothing is published")
    func ends() async throws {
        let service = try await service()
        // Given one in its middle
        let cancelled = try await quantise(service)
        var worker = try await halted(cancelled)
        // When it is cancelled
        #expect(try await service.call("/v1/jobs/\(cancelled)/cancel", "-X", "POST").status == 200)
        kill(worker, SIGCONT)
        // Then it ends so, and the model is as it was
        #expect(try await service.finished(job: cancelled)["state"].string == "cancelled")
        #expect(try await service.call("/v1/models/cells").json["versions"].array.count == 1)
        // When the model is deleted in the middle of another
        let orphan = try await quantise(service)
        worker = try await halted(orphan)
        #expect(try await service.call("/v1/models/cells", "-X", "DELETE").status == 204)
        kill(worker, SIGCONT)
        // Then that one fails with words
        let job = try await service.finished(job: orphan)
        #expect(job["state"].string == "failed" && job["error"]["code"].string == "model_gone", "\(job)")
        #expect(try await service.call("/v1/models").json["items"].array.isEmpty)
        #expect(try await service.stop() == 0)
    }
}
