import Base
import DatasetStore
import EngineOneDNN
import Foundation
import Jobs
import ModelFormat
import ModelStore
import TrainingJobs

/// Carries out ``Model/quantise(on:to:options:seed:watch:)``: takes the pictures in, judges, runs the job as a worker would, and lays its results out.
struct QuantisationRun: Sendable {
    let model: ModelDirectory
    let output: OutputFolder
    /// Of the job, by their names in the HTTP interface: `quantisation`, `seed`.
    let fields: [JSONValue.Field]
    let threads: Int
    let stop: StopFlag
    let watch: @Sendable (TrainingEvent) -> Void

    /// - Parameter source: a folder or an archive, its links followed.
    func carryOut(_ source: URL) async throws {
        try output.check(source)
        guard let dataset = PictureIntake.name(of: source) else {
            throw AliquotError.pictures(path: source.path, reason: "they have no name")
        }
        try output.begin()
        let data = try DataDirectory(url: output.work)
        do { try await work(source, dataset, data) } catch {
            try output.removeWork()
            throw error
        }
        withExtendedLifetime(data) {}
    }

    private func work(_ source: URL, _ dataset: ResourceName, _ data: DataDirectory) async throws {
        let files = JobFiles(data.jobs.appendingPathComponent("run", isDirectory: true))
        try FileManager.default.createDirectory(at: files.directory, withIntermediateDirectories: true)
        let intake = PictureIntake(source: source, data: data.url, threads: threads, stop: stop, watch: watch)
        let revision: Revision
        do { revision = try await intake.run(dataset: dataset, manifest: files.revision, facts: files.revisionFacts).revision } catch {
            throw AliquotError(error, picture: source.path)
        }
        let specification = try judged(dataset, revision)
        let place = ModelStore.directory(of: specification.model, version: specification.version, below: data.models)
        try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: model.url, to: place)
        try AtomicFile.write(JSONEncoder().encode(JobSpecification.quantise(specification)), to: files.specification)
        let status = await runJob(
            directory: files.directory, threads: threads, backend: OneDNNBackend(), stopAsked: { [stop] in stop.isRaised },
            watch: { [watch] event in if let event = TrainingEvent(event) { watch(event) } })
        switch status {
        case WorkerExitCode.finished: try output.publish(files)
        case WorkerExitCode.stopped: throw AliquotError.cancelled
        default:
            let failure = try JSONDecoder().decode(JobFailure.self, from: Data(contentsOf: files.failure))
            throw AliquotError.failed(code: failure.code, title: failure.title, detail: failure.detail)
        }
    }

    /// The service's own judgement.
    private func judged(_ dataset: ResourceName, _ revision: Revision) throws -> QuantiseSpecification {
        let manifest = model.manifest
        guard let float = manifest.files[ModelDirectory.floatName] else { throw ModelFormatError.missingFile(ModelDirectory.floatName) }
        let given: [JSONValue.Field] = [
            .init(name: "type", value: .string(JobType.quantise.rawValue)),
            .init(name: "model", value: .string(manifest.lineage.dataset ?? dataset.description)),
            .init(name: "dataset", value: .string(dataset.description)), .init(name: "revision", value: .number(1, integer: 1)),
        ]
        let machine = Machine.current()
        let counts = revision.counts
        let facts = DatasetFacts(
            labelledPerClass: Dictionary(counts.perClass.map { ($0.label, $0.train) }) { first, _ in first },
            unlabelled: counts.unlabelledTrain, labelledValidation: counts.perClass.reduce(0) { $0 + $1.validation })
        let context = SubmissionContext(
            networks: [], weights: [:], cores: machine.cores, memoryBytes: machine.memoryBytes, dataset: facts,
            model: ModelFacts(
                versions: [1],
                version: .init(number: 1, classes: manifest.classes, floatDigest: float.sha256, seed: manifest.lineage.seed)))
        guard case .quantise(let specification) = try Submission(.object(given + fields)).specification(in: context).work else {
            throw AliquotError.invalid([.init(field: "type", code: "unknown_value", detail: "only a quantisation can be run here")])
        }
        return specification
    }
}
