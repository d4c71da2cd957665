import Base
import DatasetStore
import Foundation
import Jobs

/// Turns a submitted text into a queued training job with its frozen dataset beside it.
struct TrainingSubmission: Sendable {
    let environment: APIEnvironment

    /// Judges the text against what is there, freezes a revision if none is named, and queues the job. A refused text leaves nothing behind.
    ///
    /// - Throws: `SpecificationError` with every fault; what stores and queue throw.
    func submit(_ text: [UInt8]) async throws -> Job {
        let submission = try Submission(json: text)
        var specification = try submission.specification(in: try await context(submission.dataset, revision: submission.revision))
        guard case .train(var work) = specification.work else { return try await environment.jobs.submit(specification) }
        let revision: Int
        if let named = work.revision {
            revision = named
        } else {
            revision = try await environment.datasets.createRevision(dataset: work.dataset).number
            // Uploads may have gone on, and damaged files were left out: what is frozen is judged again.
            _ = try submission.specification(in: try await context(work.dataset, revision: revision))
            work.revision = revision
            specification = .train(work)
        }
        return try await environment.withIncomingFile { [specification] manifest in
            try await environment.datasets.writeManifest(dataset: work.dataset, revision: revision, to: manifest)
            return try await environment.withIncomingFile { [specification] facts in
                try await environment.datasets.writeFacts(dataset: work.dataset, revision: revision, to: facts)
                return try await environment.jobs.submit(
                    specification, attachments: ["revision.jsonl": manifest, "revision.json": facts])
            }
        }
    }

    private func context(_ dataset: ResourceName?, revision: Int?) async throws -> SubmissionContext {
        let weights = try await environment.disk.run { [weights = environment.weights] in try weights.networks() }
        return SubmissionContext(
            networks: environment.networks, weights: weights, cores: environment.version.cores,
            memoryBytes: environment.version.memoryBytes,
            dataset: try await facts(dataset, revision: revision))
    }

    /// Nil where there is no such dataset or revision: one fault among others.
    private func facts(_ dataset: ResourceName?, revision: Int?) async throws -> DatasetFacts? {
        guard let dataset else { return nil }
        do {
            let counts: ImageCounts
            if let revision {
                counts = try await environment.datasets.revision(dataset: dataset, number: revision).counts
            } else {
                counts = try await environment.datasets.dataset(dataset).counts
            }
            let labelled = Dictionary(counts.perClass.map { ($0.label, $0.train) }) { first, _ in first }
            return DatasetFacts(labelledPerClass: labelled, unlabelled: counts.unlabelledTrain)
        } catch DatasetStoreError.noSuchDataset {
            return nil
        } catch DatasetStoreError.noSuchRevision {
            return nil
        }
    }
}
