import API
import Base
import DatasetStore
import Foundation
import Inference
import Jobs
import ModelStore

/// Takes what a worker has made into the stores. Idempotent: after a crash in between the queue calls it again for the same job.
struct ResultAdoption: Sendable {
    let datasets: DatasetStore
    let models: ModelStore
    /// Models in memory; nil where nobody asks them.
    let predictors: LoadedModels<Predictor>?

    /// - Parameters:
    ///   - result: the job's `result/`: `model/` of a training or a quantisation, `images.jsonl` of an import, `report.json` of all.
    func adopt(_ job: Job, _ result: URL) async throws -> JobResult {
        let report = "/v1/jobs/\(job.id)/report"
        switch job.specification.work {
        case .train(let work):
            return try await adopt(job, result, as: work.model)
        case .quantise(let work):
            do {
                return try await adopt(
                    job, result, as: work.model, of: ModelSource(version: work.version, floatDigest: work.floatDigest))
            } catch ModelStoreError.noSuchModel { throw work.modelGone } catch ModelStoreError.noSuchVersion { throw work.modelGone }
        case .study:
            let counts = try JSONDecoder().decode(StudyCounts.self, from: Data(contentsOf: result.appendingPathComponent("report.json")))
            return JobResult(
                report: report, counts: ["trainings": counts.trainings.count, "failed": counts.trainings.count { $0.failure != nil }],
                pages: ["html": "\(report).html", "csv": "\(report).csv"])
        case .importArchive(let work):
            let counts = try await datasets.adoptImport(dataset: work.dataset, from: result.appendingPathComponent("images.jsonl"))
            return JobResult(report: report, counts: counts)
        }
    }

    private func adopt(_ job: Job, _ result: URL, as model: ResourceName, of source: ModelSource? = nil) async throws -> JobResult {
        let version = try await models.adopt(result: result.appendingPathComponent("model"), name: model, job: job.id, of: source)
        // `latest` has moved on: the version before it leaves the memory, unless another alias names it.
        await predictors?.retire(model, except: Set(try await models.aliases(model).values))
        let report = "/v1/jobs/\(job.id)/report"
        return JobResult(model: model, version: version, report: report, pages: ["html": "\(report).html"])
    }
}

/// What of a study's report the job's result repeats.
private struct StudyCounts: Decodable {
    struct Training: Decodable { let failure: String? }
    let trainings: [Training]
}
