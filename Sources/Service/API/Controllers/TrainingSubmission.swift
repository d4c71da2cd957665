import Base
import DatasetStore
import Foundation
import Jobs
import ModelFormat
import ModelStore
import WeightsStore

/// Turns a submitted text into queued jobs with their frozen datasets beside them: one training or quantisation, or a study with its trainings.
package struct TrainingSubmission: Sendable {
    let datasets: DatasetStore
    let models: ModelStore
    let jobs: JobQueue
    let weights: WeightsFolder
    let networks: [NetworkDescription]
    let cores: Int
    let memoryBytes: Int
    let trainsInBfloat16: Bool
    let disk: DiskQueue
    /// A name for a new file, on the file system of the jobs; no file exists there yet.
    let newIncomingFile: @Sendable () -> URL

    package init(
        datasets: DatasetStore, models: ModelStore, jobs: JobQueue, weights: WeightsFolder, networks: [NetworkDescription], cores: Int,
        memoryBytes: Int, trainsInBfloat16: Bool, disk: DiskQueue, newIncomingFile: @escaping @Sendable () -> URL
    ) {
        self.datasets = datasets
        self.models = models
        self.jobs = jobs
        self.weights = weights
        self.networks = networks
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.trainsInBfloat16 = trainsInBfloat16
        self.disk = disk
        self.newIncomingFile = newIncomingFile
    }

    /// Judges the text against what is there, freezes a revision if none is named, and queues the job. A refused text leaves nothing behind.
    ///
    /// - Throws: `SpecificationError` with every fault; what stores and queue throw.
    package func submit(_ text: [UInt8]) async throws -> Job {
        try await submit(try Submission(json: text))
    }

    /// The same for a text that is parsed already.
    package func submit(_ submission: Submission) async throws -> Job {
        if submission.isStudy { return try await submitStudy(submission) }
        let model = submission.isQuantisation ? try await facts(ofModel: submission.model, version: submission.version) : nil
        let pictures = submission.pictures(for: model)
        var specification = try submission.specification(
            in: try await context(pictures.dataset, revision: pictures.revision, model: model))
        guard let dataset = specification.dataset else { return try await jobs.submit(specification) }
        let revision: Int
        if let named = specification.revision {
            revision = named
        } else {
            revision = try await datasets.createRevision(dataset: dataset).number
            // Uploads may have gone on, and damaged files were left out: what is frozen is judged again.
            _ = try submission.specification(in: try await context(dataset, revision: revision, model: model))
            specification = specification.with(revision: revision)
        }
        let manifest = newIncomingFile(), facts = newIncomingFile()
        defer { for file in [manifest, facts] { unlink(file.path) } }
        try await datasets.writeManifest(dataset: dataset, revision: revision, to: manifest)
        try await datasets.writeFacts(dataset: dataset, revision: revision, to: facts)
        return try await jobs.submit(specification, attachments: ["revision.jsonl": manifest, "revision.json": facts])
    }

    /// Freezes every dataset of the study once; its trainings share the bytes of manifest and facts.
    private func submitStudy(_ submission: Submission) async throws -> Job {
        var plan = try await judge(submission, revisions: [:])
        var revisions: [ResourceName: Int] = [:]
        for dataset in plan.study.datasets { revisions[dataset] = try await datasets.createRevision(dataset: dataset).number }
        // As above: what is frozen is judged again.
        plan = try await judge(submission, revisions: revisions)
        plan.study.revisions = plan.study.datasets.compactMap { revisions[$0] }
        var frozen: [ResourceName: [String: URL]] = [:]
        var made: [URL] = []
        defer { for file in made { unlink(file.path) } }
        for (dataset, revision) in revisions {
            let manifest = newIncomingFile(), facts = newIncomingFile()
            made += [manifest, facts]
            try await datasets.writeManifest(dataset: dataset, revision: revision, to: manifest)
            try await datasets.writeFacts(dataset: dataset, revision: revision, to: facts)
            frozen[dataset] = ["revision.jsonl": manifest, "revision.json": facts]
        }
        var trainings: [(work: TrainSpecification, attachments: [String: URL])] = []
        for var training in plan.trainings {
            training.revision = revisions[training.dataset]
            let copies = (frozen[training.dataset] ?? [:]).mapValues { (original: $0, copy: newIncomingFile()) }
            made += copies.values.map(\.copy)
            try await disk.run {
                for (original, copy) in copies.values where link(original.path, copy.path) != 0 {
                    // Some file systems have no hard links.
                    try FileManager.default.copyItem(at: original, to: copy)
                }
            }
            trainings.append((training, copies.mapValues(\.copy)))
        }
        return try await jobs.submit(plan.study, trainings: trainings)
    }

    private func judge(_ submission: Submission, revisions: [ResourceName: Int]) async throws -> StudyPlan {
        var facts: [ResourceName: DatasetFacts] = [:]
        for dataset in submission.studyDatasets { facts[dataset] = try await self.facts(dataset, revision: revisions[dataset]) }
        return try submission.study(in: try await context(nil, revision: nil), facts: facts)
    }

    private func context(_ dataset: ResourceName?, revision: Int?, model: ModelFacts? = nil) async throws -> SubmissionContext {
        let weights = try await disk.run { [weights = self.weights] in try weights.networks() }
        return SubmissionContext(
            networks: networks, weights: weights, cores: cores, memoryBytes: memoryBytes, trainsInBfloat16: trainsInBfloat16,
            dataset: try await facts(dataset, revision: revision), model: model)
    }

    /// Nil where there is no such dataset or revision: one fault among others.
    private func facts(_ dataset: ResourceName?, revision: Int?) async throws -> DatasetFacts? {
        guard let dataset else { return nil }
        do {
            let counts: ImageCounts
            if let revision {
                counts = try await datasets.revision(dataset: dataset, number: revision).counts
            } else {
                counts = try await datasets.dataset(dataset).counts
            }
            let labelled = Dictionary(counts.perClass.map { ($0.label, $0.train) }) { first, _ in first }
            return DatasetFacts(
                labelledPerClass: labelled, unlabelled: counts.unlabelledTrain,
                labelledValidation: counts.perClass.reduce(0) { $0 + $1.validation })
        } catch DatasetStoreError.noSuchDataset {
            return nil
        } catch DatasetStoreError.noSuchRevision {
            return nil
        }
    }

    /// Nil where there is no such model, without a version where it has not the one that is asked for: faults among others.
    ///
    /// - Parameter number: nil: the version that `latest` means, as for a picture that is classified.
    private func facts(ofModel name: ResourceName?, version number: Int?) async throws -> ModelFacts? {
        guard let name else { return nil }
        do {
            let model = try await models.model(name)
            guard let chosen = number ?? model.aliases[ModelStore.latest], model.versions.contains(chosen) else {
                return ModelFacts(versions: model.versions, version: nil)
            }
            let manifest = try await models.version(name, chosen).manifest
            guard let float = manifest.files[ModelDirectory.floatName] else { return ModelFacts(versions: model.versions, version: nil) }
            let lineage = manifest.lineage
            return ModelFacts(
                versions: model.versions,
                version: .init(
                    number: chosen, classes: manifest.classes, floatDigest: float.sha256,
                    dataset: lineage.dataset.flatMap(ResourceName.init), revision: lineage.revision.flatMap { Int($0) }, seed: lineage.seed)
            )
        } catch ModelStoreError.noSuchModel {
            return nil
        } catch ModelStoreError.noSuchVersion {  // deleted between the two calls
            return ModelFacts(versions: try await models.model(name).versions, version: nil)
        }
    }
}
