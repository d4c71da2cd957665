import Foundation
import TestSupport
import Testing

/// A study over the real program, with and without a server.
@Suite("studies", .serialized, .timeLimit(.minutes(10)))
struct StudySpecs {
    private static let fields =
        #""networks":["squeezenet1_1"],"methods":["supervised","plain_distillation"],"seeds":[1,2],"image_size":32,"batch_size":8,"confidence":0.25,"quantisation":{"scheme":"none"},"threads":1"#

    @Test(
        "kill -9 of the service in the middle of a study: after a new start it ends, compares all trainings, and each teacher was trained once"
    )
    func killedService() async throws {
        // Given a study in the middle of its trainings
        let data = try TestSupport.temporaryDirectory()
        var service = try await RunningService.start(data: data)
        _ = try await service.dataset("cells", from: try await Pictures.archive(try await Pictures.folder()))
        let accepted = try await service.post("/v1/jobs", "{\"type\":\"study\",\"datasets\":[\"cells\"],\"epochs\":2,\(Self.fields)}")
        #expect(accepted.status == 202, "\(accepted.text)")
        let id = try #require(accepted.json["id"].string)
        try await service.until("the first training's end", seconds: 120) {
            (try await service.call("/v1/jobs/\(id)").json["progress"]["trainings"]["succeeded"].int ?? 0) >= 1
        }
        // When the service is killed and started again
        #expect(try await service.stop(SIGKILL) == 128 + SIGKILL)
        service = try await RunningService.start(data: data)
        // Then the study ends with all four trainings
        let study = try await service.finished(job: id)
        #expect(study["state"].string == "succeeded", "\(study)")
        #expect(study["result"]["counts"]["trainings"].int == 4 && study["result"]["counts"]["failed"].int == 0)
        // And methods are compared over the seeds
        let report = try await service.call("/v1/jobs/\(id)/report").json
        #expect(report["comparisons"][0]["question"].string == "method" && report["comparisons"][0]["blocks"].array.count == 2)
        let page = try await service.call("/v1/jobs/\(id)/report.html").text
        #expect(page.contains("Which method?") && page.contains("<svg") && page.hasSuffix("</html>\n"))
        #expect(try await service.call("/v1/jobs/\(id)/report.csv").text.split(separator: "\r\n").count == 5)
        // And no distillation trained a teacher: the supervised training of its seed had done that
        for training in try await service.call("/v1/jobs?study=\(id)").json["items"].array
        where training["specification"]["method"].string == "plain_distillation" {
            let metrics = try await service.call("/v1/jobs/\(training["id"].string ?? "")/metrics").json["items"].array
            #expect(!metrics.contains { $0["phase"].string == "teacher" && $0["epoch"] != .null })
        }
        #expect(try await service.stop() == 0)
    }

    @Test("aliquot study runs the same without a server, from a folder and an archive, into files")
    func commandLine() async throws {
        // Given pictures as a folder and as an archive, and a study of both
        let folder = try await Pictures.folder()
        let archive = try await Pictures.archive(try await Pictures.folder(labelledPerClass: 4, unlabelled: 8, testPerClass: 2))
        let place = try TestSupport.temporaryDirectory()
        try FileManager.default.copyItem(at: archive, to: place.appendingPathComponent("leaves.tar.gz"))
        let file = place.appendingPathComponent("study.json")
        try Data("{\"datasets\":[{\"name\":\"drawn\",\"path\":\"\(folder.path)\"},\"leaves.tar.gz\"],\"epochs\":1,\(Self.fields)}".utf8)
            .write(to: file)
        let output = place.appendingPathComponent("out")
        // When it is run
        let result = try await Program.run(["study", file.path, "--output", output.path], timeout: .seconds(240))
        // Then it says what came of it, and the report is there in three forms
        #expect(result.text.contains("8 trainings, 0 without a result"), "\(result.text) \(result.errorText)")
        #expect(result.errorText.contains("8 of 8 trainings"))
        let report = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: output.appendingPathComponent("report.json")))
        #expect(report["comparisons"][0]["blocks"].array == [.string("drawn · squeezenet1_1"), .string("leaves · squeezenet1_1")])
        #expect(try String(contentsOf: output.appendingPathComponent("report.html"), encoding: .utf8).contains("Study of drawn, leaves"))
        #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent("report.csv").path))
        // And a study of fields that are wrong is refused with every fault
        try Data(#"{"datasets":["absent"],"networks":["alexnet"],"methods":["supervised"]}"#.utf8).write(to: file)
        let refused = try await ChildProcess.run(Program.url, ["study", file.path, "--output", output.path], timeout: .seconds(30))
        #expect(refused.status == 1 && refused.errorText.contains("/datasets/0: there is no"))
    }
}
