import Base
import EngineOneDNN
import Foundation
import Jobs
import ModelFormat
import TestSupport
import Testing

@testable import TrainingJobs

@Suite("The trainings of a study", .serialized)
struct StudyJobSpecs {
    private static func train(_ method: TrainSpecification.Method, study: ULID?) throws -> JobSpecification {
        let work = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, method: method, network: "mobilenet_v2", imageSize: 32, epochs: 1,
            batchSize: 4, learningRate: 0.01, confidence: 0.3, quantisation: .init(scheme: .none))
        return JobSpecification(.train(work), study: study)
    }

    private static func epochs(_ place: JobPlace) throws -> [String] {
        try place.events.filter { $0.kind == .metric && $0.epoch != nil }.compactMap(\.phase)
    }

    @Test("train a teacher that they have in common once, and get the bits that each would have got alone")
    func shares() async throws {
        // Given a study's supervised training and a distillation of the same network, seed and pictures
        let study = ULID.now()
        let first = try JobPlace(try Self.train(.supervised, study: study))
        try first.writeRevision(labelled: 12, unlabelled: 8, test: 6)
        try FileManager.default.createDirectory(
            at: first.data.appendingPathComponent("jobs/\(study)"), withIntermediateDirectories: true)
        let second = try JobPlace(try Self.train(.plainDistillation, study: study), name: "01ARZ3NDEKTSV4RRFFQ69G5FAW", data: first.data)
        try FileManager.default.copyItem(at: first.files.revision, to: second.files.revision)
        // And the same distillation in a study of its own
        let alone = try JobPlace(try Self.train(.plainDistillation, study: nil), name: "01ARZ3NDEKTSV4RRFFQ69G5FAX", data: first.data)
        try FileManager.default.copyItem(at: first.files.revision, to: alone.files.revision)
        // When all are carried out
        for place in [first, second, alone] {
            #expect(
                await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                    == WorkerExitCode.finished)
        }
        // Then the second trained no teacher, the lonely one did
        #expect(try Self.epochs(first) == ["supervised"] && Self.epochs(second) == ["student"])
        #expect(try Self.epochs(alone) == ["teacher", "student"])
        // And both distillations made the same model
        let models = try [second, alone].map { try ModelDirectory(opening: $0.files.result.appendingPathComponent("model")).parameters() }
        #expect(models[0] == models[1])
        // And a comparison of the two methods is written in three forms, the failed training named
        let compared = try JobPlace(
            JobSpecification(
                .study(
                    StudySpecification(
                        datasets: [try #require(ResourceName("colours"))], revisions: [1], networks: ["mobilenet_v2"],
                        methods: [.supervised, .plainDistillation], seeds: [1]))), name: study.description, data: first.data)
        try Data(try Self.jobs([(first, "succeeded"), (second, "succeeded"), (alone, "failed")]).utf8).write(to: compared.files.trainings)
        #expect(
            await runJob(directory: compared.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.finished)
        let report = try JSONDecoder().decode(StudyReport.self, from: Data(contentsOf: compared.files.report))
        #expect(report.trainings.count == 3 && report.trainings[2].failure == "It died: of a test" && report.evaluatedOn == ["test"])
        #expect(report.trainings[1].outcome?.pseudoLabels?.kept != nil && report.trainings[1].outcome?.supervisedMacroF1 != nil)
        #expect(report.trainings[0].isCompact && report.points.count == 2 && report.points.contains(where: \.isFastest))
        #expect(try String(contentsOf: compared.files.reportPage, encoding: .utf8).contains("It died: of a test"))
        #expect(try String(contentsOf: compared.files.reportTable, encoding: .utf8).split(separator: "\r\n").count == 4)
    }

    /// What the service writes for a study's worker.
    private static func jobs(_ ended: [(JobPlace, String)]) throws -> String {
        let items = try ended.map { place, state in
            let id = place.files.directory.lastPathComponent
            let specification = String(decoding: try Data(contentsOf: place.files.specification), as: UTF8.self)
            let error = state == "failed" ? #","error":{"code":"x","title":"It died","detail":"of a test"}"# : ""
            return #"""
                {"id":"\#(id)","type":"train","state":"\#(state)","attempt":1,"created_at":"2026-01-31T12:00:00.000Z","bad_event_lines":0,
                 "links":{"self":"","events":"","log":"","metrics":""},"specification":\#(specification)\#(error)}
                """#
        }
        return "[\(items.joined(separator: ","))]"
    }
}
