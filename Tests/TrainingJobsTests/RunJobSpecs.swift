import Base
import DatasetStore
import Engine
import EngineOneDNN
import Foundation
import Jobs
import ModelFormat
import Synchronization
import TestSupport
import TrainingTestSupport
import Testing

@testable import TrainingJobs

@Suite("A worker", .serialized)
struct RunJobSpecs {
    private func specification(epochs: Int = 2) throws -> JobSpecification {
        .train(
            TrainSpecification(
                dataset: try #require(ResourceName("colours")), revision: 1, method: .plainDistillation, network: "mobilenet_v2",
                imageSize: 32, epochs: epochs,
                batchSize: 4, learningRate: 0.01, confidence: 0.3))
    }

    /// Stops when it was asked so many times.
    private func stop(after asked: Int) -> @Sendable () -> Bool {
        let count = Counter()
        return { count.next() > asked }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }

    @Test("distils, quantises and writes a whole model with its report; stopped on the way it ends with the same weights")
    func trains() async throws {
        // Given a job on twelve labelled, eight unlabelled and six test pictures
        let place = try JobPlace(try specification())
        try place.writeRevision(labelled: 12, unlabelled: 8, test: 6)
        // When it is carried out
        let status = await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
        // Then it is finished, and the model opens with its classes
        #expect(status == WorkerExitCode.finished)
        let model = try ModelDirectory(opening: place.files.result.appendingPathComponent("model"))
        try model.verify()
        #expect(model.manifest.classes == ["red", "green"] && model.manifest.lineage.method == "plain_distillation")
        #expect(FileManager.default.fileExists(atPath: place.files.done.path))
        // And the report has teacher and student on the six test pictures, and what int8 came to
        let report = try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: place.files.report))
        #expect(report.evaluatedOn == "test" && report.model == "student" && report.supervisedIsTeacher)
        #expect(report.supervised?.measures.samples == 6 && report.student?.measures.samples == 6)
        #expect(
            report.pseudoLabels?.unlabelled == 8 && report.comparison != nil
                && report.quantisation?.calibrationPictures == report.pictures.training)
        #expect(report.precisions["float"]?.accuracy == report.student?.accuracy)
        // And what prediction sets promise and keep, in both precisions, as the model's manifest has it: four validation pictures promise nothing at α = 0.1
        let conformal = try #require(report.conformal)
        #expect(conformal.alpha == 0.1 && conformal.precisions["float"]?.coverage.samples == 6)
        #expect(conformal.precisions.mapValues(\.threshold) == model.manifest.conformal?.thresholds)
        #expect(conformal.validationPictures == report.pictures.validation && conformal.note.contains("9 are needed"))
        #expect(conformal.precisions["float"]?.coverage.coverage == 1 && conformal.precisions["float"]?.coverage.meanSize == 2)
        #expect(report.calibration.raw.logLoss == report.student?.measures.logLoss && report.hiddenLabels == nil)
        #expect(try #require(report.student?.training.dataWaitShare) < 1)
        #expect((report.precisions["float"]?.medianLatencyMilliseconds ?? 0) > 0)
        // And its events tell the phases, with a fraction that only rises, up to 1
        let progress = try place.events.compactMap(\.progress)
        #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
        #expect(
            progress.last?.fraction == 1 && Set(progress.map(\.phase)).isSuperset(of: ["teacher", "student", "quantisation", "evaluation"]))
        // And one that is stopped again and again has the same bits
        let other = try JobPlace(try specification())
        try other.writeRevision(labelled: 12, unlabelled: 8, test: 6)
        var attempts = 0
        var last = WorkerExitCode.stopped
        while last == WorkerExitCode.stopped, attempts < 20 {
            attempts += 1
            // Later attempts get further, so that the last part, which is done in one go, can be.
            last = await runJob(
                directory: other.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: stop(after: 1 + attempts * 2))
        }
        #expect(last == WorkerExitCode.finished && attempts > 3)
        let resumed = try ModelDirectory(opening: other.files.result.appendingPathComponent("model"))
        #expect(try resumed.parameters() == (try model.parameters()))
        // And carried out once more, nothing is done again
        let before = try Data(contentsOf: place.files.events)
        #expect(
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.finished)
        #expect(try Data(contentsOf: place.files.events) == before)
    }

    @Test("trains on in 8 bits where no calibration is sure enough, unless it is told not to", arguments: [0, 1])
    func quantisationAwareTraining(epochs: Int) async throws {
        // Given a job on a machine where int8 of every calibration answers upside down
        let place = try JobPlace(
            .train(
                TrainSpecification(
                    dataset: try #require(ResourceName("colours")), revision: 1, method: .supervised, network: "mobilenet_v2",
                    imageSize: 32, epochs: 2, batchSize: 4, learningRate: 0.01, quantisation: .init(qatEpochs: epochs))))
        try place.writeRevision(labelled: 12, unlabelled: 8, test: 6)
        // When it is carried out
        let status = await runJob(
            directory: place.files.directory, threads: 1, backend: AlteredBackend.spoilt(first: 4), stopAsked: { false })
        // Then the report says what was tried, and the events show the phase with its epochs
        #expect(status == WorkerExitCode.finished)
        let attempts = try #require(place.report.quantisation?.attempts)
        #expect(attempts.map(\.scheme.kind) == [.ptq, .ptq, .ptq, .ptq, epochs == 0 ? .mixed : .qat])
        let progress = try place.events.compactMap(\.progress)
        #expect(progress.contains { $0.phase == "qat" && $0.epoch == 1 } == (epochs > 0))
        #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
        #expect(progress.last?.fraction == 1)
    }

    @Test("tells what each round of labelling kept under that round's phase")
    func labellingRounds() async throws {
        // Given a job of two rounds with a confidence that every picture of two classes reaches
        let specification = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, method: .plainDistillation, network: "squeezenet1_1",
            imageSize: 32, epochs: 1, batchSize: 4, learningRate: 0.003, confidence: 0.3,
            semiSupervision: .init(.plainDistillation, rounds: 2), quantisation: .init(scheme: .none), baseline: false)
        let place = try JobPlace(.train(specification))
        try place.writeRevision(labelled: 10, unlabelled: 8, test: 4)
        // When it is carried out
        let status = await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
        // Then the second round, which finds nothing new, stands beside the first
        #expect(status == WorkerExitCode.finished)
        let told = try place.events.filter { $0.metrics?["mask_rate"] != nil }
        #expect(told.compactMap(\.phase) == ["pseudo_labelling", "pseudo_labelling_2"])
    }

    @Test("carries out every method and says what it did", arguments: TrainSpecification.Method.allCases)
    func methods(_ method: TrainSpecification.Method) async throws {
        // Given a job of one epoch
        let specification = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, method: method, network: "mobilenet_v2", imageSize: 32, epochs: 1,
            batchSize: 4, learningRate: 0.01, confidence: 0.3,
            semiSupervision: .init(method, transforms: [.gamma, .horizontalFlip], softLabels: 2), baseline: true)
        let place = try JobPlace(.train(specification))
        try place.writeRevision(.init(knowsHidden: true))
        // When it is carried out
        let status = await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
        // Then there is a model that knows its method, and a report that compares it with the supervised baseline
        #expect(status == WorkerExitCode.finished)
        let model = try ModelDirectory(opening: place.files.result.appendingPathComponent("model"))
        #expect(model.manifest.lineage.method == method.rawValue)
        let report = try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: place.files.report))
        #expect(report.supervised?.measures.samples == 6)
        #expect((report.student != nil) == method.usesUnlabelled && (report.comparison != nil) == method.usesUnlabelled)
        #expect((report.pseudoLabels != nil) == method.isDistillation)
        // And how many of the pseudo-labels are right, because the evaluator knows
        #expect((report.hiddenLabels != nil) == method.usesUnlabelled && report.pictures.hiddenLabels == 8)
        if method.usesUnlabelled {
            let metrics = try place.events.compactMap(\.metrics)
            #expect(metrics.contains { $0["pseudo_labels_judged"] != nil } || report.hiddenLabels?.judged == 0)
        }
        // And the live measures of a consistency run are named by class
        let names = try Set(place.events.compactMap(\.metrics).flatMap(\.keys))
        #expect(names.contains("mask_rate") == method.usesUnlabelled)
        if method.isConsistency { #expect(names.isSuperset(of: ["unsupervised_loss", "pseudo_labels.red"])) }
    }

    @Test(
        "unlabelled pictures of pure noise never end with a claimed gain",
        arguments: [TrainSpecification.Method.plainDistillation, .fixmatch, .freematch, .mixmatch])
    func guardsAgainstNoise(_ method: TrainSpecification.Method) async throws {
        // Given colours that are hard to tell, and unlabelled pictures that show none
        let specification = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, method: method, network: "squeezenet1_1", imageSize: 32, epochs: 4,
            batchSize: 8, learningRate: 0.003, confidence: 0.6, quantisation: .init(scheme: .none), baseline: true)
        let place = try JobPlace(.train(specification))
        try place.writeRevision(.init(labelled: 24, unlabelled: 48, validation: 12, test: 60, strength: 30, unlabelledIsNoise: true))
        // When it is carried out
        #expect(
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.finished)
        // Then the report says so
        let comparison = try #require(try place.report.comparison)
        #expect([.noEvidence, .useBaseline].contains(comparison.verdict), "\(comparison)")
        #expect(
            comparison.macroF1GainInterval.low <= comparison.macroF1Gain && comparison.macroF1Gain <= comparison.macroF1GainInterval.high)
        #expect((0...1).contains(comparison.mcNemarP))
    }

    @Test("few and many classes, one label of a class, a class without test pictures, one unlabelled picture", arguments: [2, 3, 100])
    func extremes(classes: Int) async throws {
        // Given one label of each class with validation pictures of their own, test pictures of all classes but the last, and one unlabelled picture
        let names = classes <= 3 ? Array(["red", "green", "blue"][..<classes]) : (0..<classes).map { "class \($0)" }
        for method in [TrainSpecification.Method.plainDistillation, .fixmatch] {
            let specification = TrainSpecification(
                dataset: try #require(ResourceName("colours")), revision: 1, method: method, network: "squeezenet1_1", imageSize: 32,
                epochs: 1, batchSize: 8, quantisation: .init(scheme: .none))
            let place = try JobPlace(.train(specification))
            try place.writeRevision(
                .init(
                    labelled: classes, unlabelled: 1, validation: classes, test: 2 * (classes - 1), classes: names, testLacksLastClass: true
                ))
            // When a job learns from them
            #expect(
                await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                    == WorkerExitCode.finished)
            // Then it works, and the class that was not tested is named and in no mean
            let report = try place.report
            let name = try #require(names.last)
            #expect(report.classesWithoutSupport == [name] && report.notes.contains { $0.contains(name) })
            #expect(report.student?.measures.classesWithoutSupport == [classes - 1] && report.student?.measures.perClass.count == classes)
            #expect(report.pictures.unlabelled == 1 && report.pictures.training == classes)
        }
    }

    @Test("a class without any label is refused with its name")
    func unlabelledClass() async throws {
        let specification = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, network: "squeezenet1_1", imageSize: 32, epochs: 1)
        let place = try JobPlace(.train(specification))
        try place.writeRevision(.init(labelled: 2, classes: ["red", "green", "blue"]))
        #expect(
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.failed)
        #expect(try place.failure.code == "class_without_pictures" && place.failure.detail.contains("blue"))
    }

    @Test("a picture that is gone fails the job and is named")
    func namesTheFault() async throws {
        let place = try JobPlace(try specification())
        try place.writeRevision(labelled: 12, unlabelled: 8, test: 6)
        let (_, entries) = try RevisionManifest.read(place.files.revision)
        let victim = try #require(entries.first { $0.label != nil && $0.role == .train })
        try FileManager.default.removeItem(at: BlobStore(directory: place.data.appendingPathComponent("blobs")).url(victim.sha256))
        let status = await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
        #expect(status == WorkerExitCode.failed)
        let failure = try place.failure
        #expect(failure.code == "unreadable_picture" && failure.detail.contains(victim.image.description))
        #expect(!FileManager.default.fileExists(atPath: place.files.done.path))
    }

    @Test("pretrained weights that are not there fail the job and are named")
    func missingWeights() async throws {
        let dataset = try #require(ResourceName("colours"))
        let place = try JobPlace(
            .train(TrainSpecification(dataset: dataset, revision: 1, network: "mobilenet_v2", weights: "absent", imageSize: 32)))
        try place.writeRevision(labelled: 12, unlabelled: 0, test: 0)
        #expect(
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.failed)
        #expect(try place.failure.code == "missing_weights")
    }

    @Test("pretrained weights that were replaced since the job began fail it with both digests; put back, they let it go on")
    func replacedWeights() async throws {
        let dataset = try #require(ResourceName("colours"))
        func place(weights: String?) throws -> JobPlace {
            let place = try JobPlace(
                .train(
                    TrainSpecification(
                        dataset: dataset, revision: 1, method: .supervised, network: "squeezenet1_1", weights: weights, imageSize: 32,
                        epochs: 1, batchSize: 4, quantisation: .init(scheme: .none))))
            try place.writeRevision(labelled: 12, unlabelled: 0, test: 6)
            return place
        }
        func run(_ place: JobPlace, isStopped: Bool = false) async -> Int32 {
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { isStopped })
        }
        // Given two files of weights of one network, and a job that was interrupted after it had begun with the first
        let origin = try place(weights: nil)
        #expect(await run(origin) == WorkerExitCode.finished)
        let model = try ModelDirectory(opening: origin.files.result.appendingPathComponent("model"))
        #expect(model.manifest.lineage.initialWeightsDigest == nil)
        let graph = try model.graph()
        let first = try FloatFile.encode(ParameterSet.initial(for: graph, seed: 1), graph: graph)
        let second = try FloatFile.encode(ParameterSet.initial(for: graph, seed: 2), graph: graph)
        let job = try place(weights: "mine")
        let file = job.data.appendingPathComponent("weights/mine.safetensors")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try first.write(to: file)
        #expect(await run(job, isStopped: true) == WorkerExitCode.stopped)
        // When the second stands under the name by the next attempt
        try second.write(to: file)
        #expect(await run(job) == WorkerExitCode.failed)
        // Then the job fails and names both
        let failure = try job.failure
        #expect(failure.code == "changed_weights")
        #expect(failure.detail.contains("\(SHA256Digest(of: first))") && failure.detail.contains("\(SHA256Digest(of: second))"))
        // And with the first put back it is finished, and its model tells what it began from
        try first.write(to: file)
        #expect(await run(job) == WorkerExitCode.finished)
        let lineage = try ModelDirectory(opening: job.files.result.appendingPathComponent("model")).manifest.lineage
        #expect(lineage.initialWeights == "mine" && lineage.initialWeightsDigest == SHA256Digest(of: first))
    }

    @Test("takes an archive in, and says why a file that is none cannot be")
    func imports() async throws {
        // Given an archive of two classes, made by tar
        let dataset = try #require(ResourceName("colours"))
        let place = try JobPlace(.importArchive(ImportSpecification(dataset: dataset)))
        let pictures = try TestSupport.temporaryDirectory()
        for (index, sample) in try ColourPictures.write(4, classes: 2, prefix: "p", to: pictures).enumerated() {
            let folder = pictures.appendingPathComponent("labelled/\(["red", "green"][sample.label])")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: sample.picture.url, to: folder.appendingPathComponent("\(index).png"))
        }
        let archive = place.files.input.appendingPathComponent("archive")
        let tar = try await ChildProcess.run(URL(fileURLWithPath: "/usr/bin/tar"), ["-czf", archive.path, "-C", pictures.path, "labelled"])
        #expect(tar.status == 0)
        // When it is imported
        #expect(
            await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.finished)
        // Then four pictures are listed
        let lines = try Data(contentsOf: place.files.result.appendingPathComponent("images.jsonl")).split(separator: 0x0A)
        #expect(lines.count { $0.contains(0x7B) } >= 4)
        // And text under the name of an archive fails with a reason
        let other = try JobPlace(.importArchive(ImportSpecification(dataset: dataset)))
        try Data("no archive".utf8).write(to: other.files.input.appendingPathComponent("archive"))
        #expect(
            await runJob(directory: other.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
                == WorkerExitCode.failed)
        #expect(try other.failure.code == "archive")
    }
}
