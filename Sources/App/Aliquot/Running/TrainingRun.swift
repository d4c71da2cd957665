import Base
import DatasetStore
import EngineOneDNN
import Foundation
import Jobs
import TrainingJobs
import WeightsStore

/// Carries out one ``Training``: judges it, takes the pictures in, runs the job as a worker would, and lays its results out.
struct TrainingRun: Sendable {
    private let training: Training
    private let stop: StopFlag
    private let watch: @Sendable (TrainingEvent) -> Void
    private let folder: OutputFolder
    private let machine = Machine.current()

    init(_ training: Training, stop: StopFlag, watch: @escaping @Sendable (TrainingEvent) -> Void) {
        self.training = training
        self.stop = stop
        self.watch = watch
        folder = OutputFolder(training.output)
    }

    func carryOut() async throws -> TrainingOutcome {
        let source = training.pictures.standardizedFileURL.resolvingSymlinksInPath()
        try folder.check(source)
        guard let dataset = PictureIntake.name(of: source) else {
            throw AliquotError.pictures(path: source.path, reason: "they have no name")
        }
        // The options by themselves first: a mistake in them is not found after an hour of reading.
        let specification = try judged(dataset, facts: Self.enoughOfEverything)
        let digest: SourceDigest
        do { digest = try SourceDigest(of: source) } catch { throw AliquotError(error, picture: source.path) }
        let record = RunRecord(version: ProgramVersion.current, path: source.path, pictures: digest, specification: specification)
        try folder.claim(record)
        if folder.isFinished {
            try folder.removeWork()
            return try TrainingOutcome(folder, wasFinished: true)
        }
        let data = try owned()
        let files = JobFiles(data.jobs.appendingPathComponent("run", isDirectory: true))
        if !folder.exists(files.specification) {
            do { try await prepare(files, data, source, dataset, threads: specification.threads) } catch {
                // What was refused must not stand in the way of what is asked for next.
                if !stop.isRaised { try folder.abandon() }
                throw error
            }
        }
        let threads = specification.threads ?? machine.cores
        let status = await runJob(
            directory: files.directory, threads: threads, backend: OneDNNBackend(), stopAsked: { [stop] in stop.isRaised },
            watch: { [watch] event in if let event = TrainingEvent(event) { watch(event) } })
        switch status {
        case WorkerExitCode.finished: break
        case WorkerExitCode.stopped: throw AliquotError.cancelled
        default:
            let failure = try JSONDecoder().decode(JobFailure.self, from: Data(contentsOf: files.failure))
            throw AliquotError.failed(code: failure.code, title: failure.title, detail: failure.detail)
        }
        try folder.publish(files)
        withExtendedLifetime(data) {}
        return try TrainingOutcome(folder, wasFinished: false)
    }

    /// - Throws: `SpecificationError` with what is wrong with the options by themselves.
    func judgeOptions() throws {
        if let name = PictureIntake.name(of: training.pictures) { _ = try judged(name, facts: Self.enoughOfEverything) }
    }

    /// The data folder inside the output, locked against a second process.
    private func owned() throws -> DataDirectory {
        do { return try DataDirectory(url: folder.work) } catch DatasetStoreError.dataDirectoryInUse {
            throw AliquotError.outputInUse(path: folder.url.path)
        }
    }

    /// Facts that no dataset could fail by: then only the options are judged.
    private static let enoughOfEverything = DatasetFacts(labelledPerClass: ["a": 2, "b": 2], unlabelled: 1)

    /// The service's own judgement.
    private func judged(_ dataset: ResourceName, facts: DatasetFacts) throws -> TrainSpecification {
        let given: [JSONValue.Field] = [
            .init(name: "type", value: .string(JobType.train.rawValue)), .init(name: "dataset", value: .string(dataset.description)),
            .init(name: "revision", value: .number(1, integer: 1)),
        ]
        let submission = Submission(.object(given + (try training.fields())))
        let stored = try training.weights.map { try WeightsFolder.standard(in: $0).networks() } ?? [:]
        let context = SubmissionContext(
            networks: try NetworkFacts.all(), weights: stored, cores: machine.cores, memoryBytes: machine.memoryBytes,
            trainsInBfloat16: OneDNNBackend().trainsInBfloat16, dataset: facts)
        guard case .train(let specification) = try submission.specification(in: context).work else {
            throw AliquotError.invalid([.init(field: "type", code: "unknown_value", detail: "only a training can be run here")])
        }
        return specification
    }

    /// Takes the pictures in and writes the job's folder; `specification.json` last, so that a run stopped before it begins anew.
    private func prepare(_ files: JobFiles, _ data: DataDirectory, _ source: URL, _ dataset: ResourceName, threads: Int?) async throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: data.url.path) where name != "lock" {
            try FileManager.default.removeItem(at: data.url.appendingPathComponent(name))
        }
        for place in [files.checkpoint, data.weights] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let intake = PictureIntake(source: source, data: data.url, threads: threads ?? machine.cores, stop: stop, watch: watch)
        let revision: Revision
        do { revision = try await intake.run(dataset: dataset, manifest: files.revision, facts: files.revisionFacts).revision } catch {
            throw AliquotError(error, picture: source.path)
        }
        let labelled = Dictionary(revision.counts.perClass.map { ($0.label, $0.train) }) { first, _ in first }
        let facts = DatasetFacts(labelledPerClass: labelled, unlabelled: revision.counts.unlabelledTrain)
        let specification = try judged(dataset, facts: facts)
        if let name = specification.weights, let place = training.weights {
            let file = "\(name).safetensors"
            try FileManager.default.copyItem(at: place.appendingPathComponent(file), to: data.weights.appendingPathComponent(file))
        }
        for finding in revision.findings where finding.severity != .information {
            watch(.alarm(code: finding.kind.rawValue, message: finding.detail))
        }
        try AtomicFile.write(JSONEncoder().encode(JobSpecification.train(specification)), to: files.specification)
    }
}
