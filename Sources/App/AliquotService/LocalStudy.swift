import API
import Base
import DatasetStore
import EngineOneDNN
import Foundation
import Jobs
import Logging
import ModelStore
import TrainingJobs
import WeightsStore

/// A study without a server: the stores and the queue of the service in a folder of its own, workers as child processes, nobody listening.
///
/// The folder keeps everything: a study that was stopped, or killed, goes on where it was when it is run again.
package final class LocalStudy: Sendable {
    private let directory: DataDirectory
    private let datasets: DatasetStore
    private let jobs: JobQueue
    private let submission: TrainingSubmission
    private let grace: Duration

    /// - Parameter settings: of them `data`, `workers`, `threadsPerJob`, `workerGrace` and the worker's program are used.
    /// - Throws: ``ServiceError``; what the stores throw where their files are damaged.
    package init(_ settings: ServiceSettings, logger: Logger) throws {
        let machine = Machine.current()
        try settings.validate(machine)
        directory = try AliquotService.own(settings.data)
        let datasets = try DatasetStore(directory: directory.url)
        self.datasets = datasets
        let models = try ModelStore(directory: directory.models)
        let adoption = ResultAdoption(datasets: datasets, models: models, predictors: nil)
        jobs = try JobQueue(directory: directory.url, executor: settings.executor(machine), logger: logger) { job, result in
            try await adoption.adopt(job, result)
        }
        submission = TrainingSubmission(
            datasets: datasets, models: models, jobs: jobs, weights: WeightsFolder.standard(in: directory.weights),
            networks: try NetworkFacts.all(),
            cores: machine.cores, memoryBytes: machine.memoryBytes, trainsInBfloat16: OneDNNBackend().trainsInBfloat16,
            disk: DiskQueue(width: 2),
            newIncomingFile: { [directory] in directory.newIncomingFile() })
        grace = settings.workerGrace
    }

    /// Imports what is not there yet, runs the study and returns its job at the end, which may be `failed`; nil if it was stopped before.
    ///
    /// - Parameters:
    ///   - study: names the datasets.
    ///   - sources: each dataset's folder or archive.
    ///   - watch: told what is done, about once a second; false ends the run with everything kept.
    /// - Throws: `SpecificationError` with every fault of the study; ``ServiceError/importFailed(dataset:reason:)``; what the stores throw.
    package func run(
        _ study: Submission, sources: [(dataset: ResourceName, place: URL)], watch: @escaping @Sendable (Job) -> Bool
    ) async throws -> Job? {
        try await jobs.start()
        do {
            let job = try await carryOut(study, sources, watch)
            await stop()
            return job
        } catch {
            await stop()
            throw error
        }
    }

    /// Where the study's report is.
    package func files(_ job: Job) -> JobFiles { JobFiles(directory.jobs.appendingPathComponent(job.id.description, isDirectory: true)) }

    private func stop() async {
        await jobs.shutdown(grace: grace)
        try? datasets.close()  // everything is committed; the process ends
    }

    private func carryOut(_ study: Submission, _ sources: [(dataset: ResourceName, place: URL)], _ watch: @Sendable (Job) -> Bool)
        async throws -> Job?
    {
        for (dataset, place) in sources {
            guard let job = try await followed(try await importing(dataset, place), watch) else { return nil }
            guard job.state == .succeeded else {
                throw ServiceError.importFailed(
                    dataset: dataset.description, reason: job.error.map { "\($0.title): \($0.detail)" } ?? job.state.rawValue)
            }
        }
        return try await followed(try await studied(study), watch)
    }

    /// The dataset's import: the one that was begun before, else a new one.
    private func importing(_ dataset: ResourceName, _ place: URL) async throws -> Job {
        let known = try await jobs.list(JobFilter(type: .importArchive, dataset: dataset), pageSize: 1).items.first
        if let known, known.state != .failed, known.state != .cancelled { return known }
        do { _ = try await datasets.create(dataset, classes: nil) } catch DatasetStoreError.datasetExists {}
        let archive = directory.newIncomingFile()
        defer { unlink(archive.path) }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder.boolValue {
            try FolderArchive.write(place, to: archive)
        } else {
            try FileManager.default.copyItem(at: place, to: archive)
        }
        return try await jobs.submit(.importArchive(ImportSpecification(dataset: dataset)), attachments: ["input/archive": archive])
    }

    /// The folder's study: the one that was begun before, else a new one.
    private func studied(_ study: Submission) async throws -> Job {
        guard let known = try await jobs.list(JobFilter(type: .study), pageSize: 1).items.first else {
            return try await submission.submit(study)
        }
        return known.state == .failed || known.state == .cancelled ? try await jobs.resume(known.id) : known
    }

    private func followed(_ start: Job, _ watch: @Sendable (Job) -> Bool) async throws -> Job? {
        var job = start
        while !job.state.isTerminal {
            guard watch(job) else { return nil }
            job = try await jobs.wait(job.id, seconds: 1)
        }
        _ = watch(job)
        return job
    }
}
