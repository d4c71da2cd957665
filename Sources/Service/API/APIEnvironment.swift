import Base
import DatasetStore
import Foundation
import HTTP
import Inference
import Jobs
import Logging
import ModelExport
import ModelStore
import WeightsStore

/// What the resources stand on. Made once by `AliquotService`; everything that varies is injected here.
package struct APIEnvironment: Sendable {
    package let datasets: DatasetStore
    package let models: ModelStore
    /// Models in other formats.
    package let exports: ExportFolder
    package let jobs: JobQueue
    package let predictors: LoadedModels<Predictor>
    package let weights: WeightsFolder
    package let networks: [NetworkDescription]
    package let idempotency: IdempotencyStore
    package let measures: RequestMeasures
    package let statistics = InferenceStatistics()
    package let bodies: BodyMemory
    package let explanations: ExplanationDesk
    package let status: ServiceStatus
    package let version: ServiceVersion
    /// The dashboard; nil where none was found.
    package let site: StaticSite?
    /// The hosts that requests may name.
    package let hosts: HostRule
    package let disk: DiskQueue
    package let logger: Logger
    /// A name for a new upload, in `incoming/`; no file exists there yet.
    package let newIncomingFile: @Sendable () -> URL
    /// Pictures of one multipart request that are classified at the same time.
    package let picturesAtOnce: Int

    package init(
        datasets: DatasetStore, models: ModelStore, exports: ExportFolder, jobs: JobQueue, predictors: LoadedModels<Predictor>,
        weights: WeightsFolder,
        networks: [NetworkDescription], idempotency: IdempotencyStore, measures: RequestMeasures, bodies: BodyMemory,
        explanations: ExplanationDesk,
        status: ServiceStatus,
        version: ServiceVersion,
        site: StaticSite?, hosts: HostRule = .any, disk: DiskQueue, logger: Logger, newIncomingFile: @escaping @Sendable () -> URL,
        picturesAtOnce: Int
    ) {
        self.datasets = datasets
        self.models = models
        self.exports = exports
        self.jobs = jobs
        self.predictors = predictors
        self.weights = weights
        self.networks = networks
        self.idempotency = idempotency
        self.measures = measures
        self.bodies = bodies
        self.explanations = explanations
        self.status = status
        self.version = version
        self.site = site
        self.hosts = hosts
        self.disk = disk
        self.logger = logger
        self.newIncomingFile = newIncomingFile
        self.picturesAtOnce = picturesAtOnce
    }

    /// Runs `use` with the name of a new upload and deletes whatever still bears the name afterwards, on success (the file was moved on) and on a throw.
    func withIncomingFile<Value>(_ use: (URL) async throws -> Value) async throws -> Value {
        let file = newIncomingFile()
        defer { unlink(file.path) }
        return try await use(file)
    }

    var submission: TrainingSubmission {
        TrainingSubmission(
            datasets: datasets, models: models, jobs: jobs, weights: weights, networks: networks, cores: version.cores,
            memoryBytes: version.memoryBytes,
            trainsInBfloat16: version.kernels.trainsInBfloat16,
            disk: disk, newIncomingFile: newIncomingFile)
    }

    var idempotent: Idempotency { Idempotency(store: idempotency, disk: disk, logger: logger) }
}
