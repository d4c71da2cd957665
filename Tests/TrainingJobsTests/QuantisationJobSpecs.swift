import Base
import DatasetStore
import Engine
import EngineOneDNN
import Foundation
import Jobs
import ModelFormat
import TestSupport
import Testing

@testable import TrainingJobs

/// A model that a training made is quantised again, in its data directory.
@Suite("A quantisation", .serialized, .timeLimit(.minutes(5)))
struct QuantisationJobSpecs {
    private static let name = "colours"
    /// What a gate of a two-minute network would refuse is let pass: the figures are what is looked at.
    private static let settings = TrainSpecification.Quantisation(maximumDrop: 1)

    /// A training's place, finished, with its model where the service would have put it.
    private func trained(
        flips: TrainSpecification.Flips = .horizontal, settings: TrainSpecification.Quantisation = Self.settings,
        backend: any Backend = OneDNNBackend()
    ) async throws -> (place: JobPlace, model: ModelDirectory) {
        let name = try #require(ResourceName(Self.name))
        let place = try JobPlace(
            .train(
                TrainSpecification(
                    dataset: name, revision: 1, network: "mobilenet_v2", imageSize: 32, epochs: 4, batchSize: 8, learningRate: 0.01,
                    flips: flips, quantisation: settings, seed: 5)))
        try place.writeRevision(.init(labelled: 40, unlabelled: 12, test: 10, strength: 110))
        let status = await runJob(directory: place.files.directory, threads: 1, backend: backend, stopAsked: { false })
        #expect(status == WorkerExitCode.finished)
        let version = place.data.appendingPathComponent("models/\(Self.name)/1", isDirectory: true)
        try FileManager.default.createDirectory(at: version.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: place.files.result.appendingPathComponent("model"), to: version)
        return (place, try ModelDirectory(opening: version))
    }

    /// A job on that model, in the same data directory and with the same pictures.
    private func job(
        _ place: JobPlace, _ model: ModelDirectory, id: String = "01BX5ZZKBKACTAV9WEVGEMMVRZ", seed: UInt64 = 5, revision: Int = 1,
        digest: SHA256Digest? = nil, settings: TrainSpecification.Quantisation = Self.settings
    ) throws -> JobPlace {
        let name = try #require(ResourceName(Self.name))
        let digest = try #require(digest ?? model.manifest.files[ModelDirectory.floatName]?.sha256)
        let job = try JobPlace(
            .quantise(
                QuantiseSpecification(
                    model: name, version: 1, floatDigest: digest, dataset: name, revision: revision, quantisation: settings, seed: seed
                )), name: id, data: place.data)
        try FileManager.default.copyItem(at: place.files.revision, to: job.files.revision)
        return job
    }

    private func run(_ job: JobPlace, stopAsked: @escaping @Sendable () -> Bool = { false }) async -> Int32 {
        await runJob(directory: job.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: stopAsked)
    }

    private func result(_ job: JobPlace) throws -> (model: ModelDirectory, report: RequantisationReport) {
        let report = try JSONDecoder().decode(RequantisationReport.self, from: Data(contentsOf: job.files.report))
        return (try ModelDirectory(opening: job.files.result.appendingPathComponent("model")), report)
    }

    @Test("of the training's own pictures by its own seed gives the bytes that the training had given, and the same figures")
    func repeatsTheTraining() async throws {
        // Given a model, of which a training's report tells what its int8 form is worth
        let (place, model) = try await trained()
        let before = try place.report
        let int8 = try Data(contentsOf: try #require(model.file(ModelDirectory.int8Name)))
        // When it is quantised again
        let job = try job(place, model)
        #expect(await run(job) == WorkerExitCode.finished)
        // Then both parts are the same, byte for byte
        let (again, report) = try result(job)
        try again.verify()
        #expect(again.manifest.files[ModelDirectory.floatName] == model.manifest.files[ModelDirectory.floatName])
        #expect(try Data(contentsOf: try #require(again.file(ModelDirectory.int8Name))) == int8)
        // And so is what they are worth on the test pictures, and what prediction sets promise
        #expect(report.float.measures == before.supervised?.measures && report.evaluatedOn == "test" && report.pictures.test == 10)
        for precision in ["float", "int8"] {
            let (one, other) = (try #require(report.precisions[precision]), try #require(before.precisions[precision]))
            #expect(one.accuracy == other.accuracy && one.macroF1 == other.macroF1 && one.fileBytes == other.fileBytes)
        }
        #expect(report.agreement == before.agreement && report.int8?.margin == before.int8?.margin)
        #expect(report.quantisation.attempts == before.quantisation?.attempts && report.pictures.validationSource == "split")
        #expect(again.manifest.conformal == model.manifest.conformal && again.manifest.temperature == model.manifest.temperature)
        #expect(again.manifest.floatBelowMargin == model.manifest.floatBelowMargin && report.notes == before.notes)
        // And the lineage names the job and the version beside what the network learned from
        let lineage = again.manifest.lineage
        #expect(lineage.job == job.files.directory.lastPathComponent && lineage.sourceVersion == 1 && lineage.seed == 5)
        #expect(lineage.dataset == Self.name && lineage.revision == "1" && lineage.method == "supervised")
        #expect(lineage.flips == "horizontal")
        // And there is a page, and events of both phases with a fraction that rises to 1
        let page = try String(contentsOf: job.files.reportPage, encoding: .utf8)
        #expect(page.contains("version 1: int8 again") && page.contains("float part is that of version 1") && !page.contains("<script"))
        let progress = try job.events.compactMap(\.progress)
        #expect(Set(progress.map(\.phase)) == ["quantisation", "evaluation"] && progress.last?.fraction == 1)
        #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
        // And nothing but the result is left of it
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: job.files.checkpoint.deletingLastPathComponent().path).sorted()
                == ["events.jsonl", "input", "result", "revision.jsonl", "specification.json"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: job.files.result.path).sorted()
                == ["done.json", "model", "report.html", "report.json"])
    }

    @Test("that trains on in 8 bits mirrors the pictures as the training did, and gives its bytes again")
    func repeatsTrainingIn8Bits() async throws {
        // Given a model that was trained with pictures mirrored both ways, where int8 of every calibration answers upside down
        let settings = TrainSpecification.Quantisation(maximumDrop: 1, qatEpochs: 2)
        let (place, model) = try await trained(flips: .both, settings: settings, backend: AlteredBackend.spoilt(first: 4))
        let before = try place.report
        let int8 = try Data(contentsOf: try #require(model.file(ModelDirectory.int8Name)))
        #expect(before.quantisation?.attempts.last?.scheme.kind == .qat)
        // When it is quantised again on such a machine
        let job = try job(place, model, settings: settings)
        let status = await runJob(
            directory: job.files.directory, threads: 1, backend: AlteredBackend.spoilt(first: 4), stopAsked: { false })
        #expect(status == WorkerExitCode.finished)
        // Then its int8 form is the same, byte for byte, and the lineage still tells how pictures were mirrored
        let (again, report) = try result(job)
        #expect(report.quantisation.attempts == before.quantisation?.attempts)
        #expect(try Data(contentsOf: try #require(again.file(ModelDirectory.int8Name))) == int8)
        #expect(again.manifest.lineage.flips == "both")
    }

    @Test("by another seed looks at other pictures for the ranges but lets the same ones judge; another revision is told in the report")
    func otherSeed() async throws {
        // Given a job with another seed, on a revision that the model did not learn from, whose classes stand in another order
        let (place, model) = try await trained()
        let before = try place.report
        let job = try job(place, model, seed: 6, revision: 2)
        let (classes, entries) = try RevisionManifest.read(job.files.revision)
        try RevisionManifest.write(entries, classes: classes.reversed(), to: job.files.revision)
        // When it is carried out
        #expect(await run(job) == WorkerExitCode.finished)
        // Then float does on the validation pictures what it did before: they are the ones that the training set aside
        let (again, report) = try result(job)
        #expect(report.quantisation.float == before.quantisation?.float && again.manifest.classes == model.manifest.classes)
        #expect(report.float.measures == before.supervised?.measures)
        #expect(report.notes.contains { $0.contains("may be among those that it learned from") })
    }

    @Test("a model that is gone, or another one of its name, fails with words")
    func modelGone() async throws {
        let (place, model) = try await trained()
        // Given jobs of which the model is deleted, and replaced, before they begin
        let deleted = try job(place, model)
        let replaced = try job(place, model, id: "01BX5ZZKBKACTAV9WEVGEMMVS0", digest: SHA256Digest(of: Data("another".utf8)))
        #expect(await run(replaced) == WorkerExitCode.failed)
        try FileManager.default.removeItem(at: model.url)
        #expect(await run(deleted) == WorkerExitCode.failed)
        // Then both say so
        for job in [deleted, replaced] {
            #expect(try job.failure.code == "model_gone" && job.failure.detail.contains("version 1 of 'colours'"))
            #expect(!FileManager.default.fileExists(atPath: job.files.done.path))
        }
    }

    @Test("of which no int8 form comes makes no version, and tells why")
    func refused() async throws {
        // Given a model, and a machine that cannot run int8
        let (place, model) = try await trained()
        let job = try job(place, model)
        // When it is quantised there
        let status = await runJob(directory: job.files.directory, threads: 1, backend: AlteredBackend.withoutInt8, stopAsked: { false })
        // Then the job fails with the reason, and there is no model to take in
        #expect(status == WorkerExitCode.failed)
        #expect(try job.failure.code == "quantisation_refused" && job.failure.detail.contains("a convolution of 8-bit numbers"))
        #expect(!FileManager.default.fileExists(atPath: job.files.result.appendingPathComponent("model").path))
        #expect(!FileManager.default.fileExists(atPath: job.files.done.path))
    }

    @Test("killed in the middle begins anew and ends with the same bytes; asked to stop it stops")
    func killed() async throws {
        let (place, model) = try await trained()
        let job = try job(place, model)
        // Given a real worker in the middle of its looks at pictures
        let log = job.files.directory.appendingPathComponent("log.txt")
        func worker() throws -> ChildProcess {
            try ChildProcess.start(
                TestSupport.program, ["worker", job.files.directory.path, "--threads", "1"], output: log, errors: log,
                environment: ["OMP_NUM_THREADS": "1"])
        }
        let first = try worker()
        while !first.isOver, (try? String(contentsOf: job.files.events, encoding: .utf8))?.contains("quantisation") != true {
            try await Task.sleep(for: .milliseconds(1))
        }
        // When it is killed
        first.send(SIGKILL)
        #expect(await first.wait(for: .seconds(60)) == 128 + SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: job.files.done.path))
        // And what it had half written lies about
        try FileManager.default.createDirectory(
            at: job.files.result.appendingPathComponent(".model.tmp"), withIntermediateDirectories: true)
        // Then the next one ends with what an undisturbed training had made, and nothing else
        #expect(await (try worker()).wait(for: .seconds(120)) == WorkerExitCode.finished)
        let int8 = try result(job).model.manifest.files[ModelDirectory.int8Name]
        #expect(int8 == model.manifest.files[ModelDirectory.int8Name] && int8 != nil)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: job.files.result.path).sorted()
                == ["done.json", "model", "report.html", "report.json"])
        // And one that is asked to stop leaves nothing
        let stopped = try self.job(place, model, id: "01BX5ZZKBKACTAV9WEVGEMMVS1")
        #expect(await run(stopped, stopAsked: { true }) == WorkerExitCode.stopped)
        #expect(!FileManager.default.fileExists(atPath: stopped.files.result.path))
    }
}
