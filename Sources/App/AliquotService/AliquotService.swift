import API
import Base
import DatasetStore
import Engine
import EngineOneDNN
import Foundation
import HTTP
import Inference
import Jobs
import Logging
import ModelExport
import ModelFormat
import ModelStore
import Sockets
import TrainingJobs
import WeightsStore

/// The running service: everything made, joined and ended in the right order. It decides nothing about requests or jobs.
///
/// Order of start: lock on the data directory → stores → queue (recovery) → HTTP. Order of end: readiness off → HTTP drained → workers stopped with their
/// checkpoints → models closed → database closed → lock released with the object.
package final class AliquotService: Sendable {
    package let settings: ServiceSettings
    private let directory: DataDirectory
    private let datasets: DatasetStore
    private let jobs: JobQueue
    private let predictors: LoadedModels<Predictor>
    private let status = ServiceStatus()
    private let server: HTTPServer
    private let logger: Logger

    /// Opens everything; nothing listens and no worker runs yet.
    ///
    /// - Throws: ``ServiceError``; what the stores throw where their files are damaged.
    package init(_ settings: ServiceSettings, backend: any Backend = OneDNNBackend(), logger: Logger) throws {
        let machine = Machine.current()
        try settings.validate(machine)
        OpenFiles.raiseLimit(logger)
        let address = try SocketAddress(host: settings.host, port: settings.port)
        guard address.isLoopback || settings.isInsecureAllowed else { throw ServiceError.openToOthers(host: settings.host) }
        self.settings = settings
        self.logger = logger
        directory = try Self.own(settings.data)
        let datasets = try DatasetStore(directory: directory.url)
        let models = try ModelStore(directory: directory.models)
        self.datasets = datasets
        let threads = settings.threads(machine)
        let executor = settings.executor(machine)
        let options = Self.inferenceOptions(settings, machine)
        let turns = SocketTurns(cores: machine.cores)
        let predictors = LoadedModels(
            capacity: settings.modelsInMemory, memory: settings.modelMemory.map { $0 * 1_000_000 } ?? machine.memoryBytes / 4,
            size: { $0.memoryBytes },
            load: { [models] key in
                let model = try ModelDirectory(opening: models.directory(key.model, version: key.version))
                let predictor = try Predictor(model: model, backend: backend, options: options, company: turns)
                if predictor.manifest.precisions != model.manifest.precisions {
                    logger.warning(
                        "\(key.model) version \(key.version) is served in float: it was quantised for a CPU with wide 8-bit products; a job of type quantise makes its int8 form for this one"
                    )
                }
                return predictor
            },
            close: { predictor in
                predictor.shutdown()
                await predictor.drained()
            })
        self.predictors = predictors
        let adoption = ResultAdoption(datasets: datasets, models: models, predictors: predictors)
        jobs = try JobQueue(directory: directory.url, executor: executor, logger: logger) { job, result in
            try await adoption.adopt(job, result)
        }
        let environment = APIEnvironment(
            datasets: datasets, models: models,
            exports: try ExportFolder(
                directory: directory.cache.appendingPathComponent("exports"), version: ProgramVersion.current, backend: backend),
            jobs: jobs,
            predictors: predictors, weights: WeightsFolder.standard(in: directory.weights),
            networks: try NetworkFacts.all(),
            idempotency: try IdempotencyStore(directory: directory.url.appendingPathComponent("idempotency")),
            measures: RequestMeasures(), bodies: BodyMemory(limit: max(256 << 20, machine.memoryBytes / 8)),
            explanations: ExplanationDesk(places: settings.explanations ?? 2 * options.lanes), status: status,
            version: Self.version(settings, machine, backend, threads: threads),
            site: try Self.site(settings, logger), hosts: address.isLoopback ? .addressesAnd(settings.allowedHosts) : .any,
            disk: DiskQueue(width: 4), logger: logger,
            newIncomingFile: { [directory] in directory.newIncomingFile() },
            picturesAtOnce: min(options.capacity, 2 * options.lanes + options.decoders))
        let api = try ServiceAPI(environment)
        var configuration = HTTPServerConfiguration(address: address)
        configuration.turns = turns
        configuration.accessLog = { api.log($0) }
        server = HTTPServer(configuration: configuration) { await api.handle($0) }
    }

    /// Takes up what an earlier run left, then listens.
    ///
    /// - Returns: the bound address, with the real port where 0 was asked for.
    /// - Throws: ``ServiceError/cannotListen(address:reason:)``; what the queue's recovery throws.
    package func start() async throws -> SocketAddress {
        try await jobs.start()
        let address: SocketAddress
        do {
            address = try server.start()
        } catch {
            await jobs.shutdown(grace: settings.workerGrace)
            throw ServiceError.cannotListen(address: "\(settings.host):\(settings.port)", reason: "\(error)")
        }
        status.becomeReady()
        let removed = try await datasets.collectGarbage()
        if removed > 0 { logger.info("removed \(removed) pictures that nothing names") }
        return address
    }

    /// Stops cleanly: takes no new work, finishes requests, stops workers with their checkpoints kept, closes models and database.
    package func stop() async {
        status.startDraining()
        logger.info("stopping: no new work is taken; requests and running steps are finished")
        await server.shutdown(grace: settings.requestGrace)
        await jobs.shutdown(grace: settings.workerGrace)
        await predictors.shutdown()
        do {
            try datasets.close()
        } catch {
            logger.error("closing the catalogue: \(error)")
        }
        logger.info("stopped")
    }

    static func own(_ data: URL) throws -> DataDirectory {
        do {
            return try DataDirectory(url: data)
        } catch DatasetStoreError.dataDirectoryInUse(let path, let pid) {
            throw ServiceError.dataDirectoryInUse(path: path, pid: pid)
        }
    }

    private static func inferenceOptions(_ settings: ServiceSettings, _ machine: Machine) -> PredictorOptions {
        let lanes = settings.lanes ?? machine.cores
        let threads = max(1, machine.cores / lanes)
        return PredictorOptions(
            // Lanes of one thread that fill the cores decode for themselves; between the passes of wider ones there is time for others to do so.
            lanes: lanes, threadsPerLane: threads, decoders: threads == 1 && lanes >= machine.cores ? 0 : machine.cores,
            capacity: settings.queue ?? max(8, 4 * lanes),
            maxBatch: settings.maxBatch, maxDelayMicroseconds: settings.maxDelay)
    }

    private static func site(_ settings: ServiceSettings, _ logger: Logger) throws -> StaticSite? {
        if let folder = settings.publicFolder {
            do {
                return try StaticSite(folder: folder)
            } catch let error as StaticSiteError {
                throw ServiceError.noDashboard(path: folder.path, reason: error.description)
            }
        }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        guard let folder = StaticSite.find(executable: program, workingDirectory: here) else {
            logger.notice("no dashboard found; --public DIRECTORY names its folder")
            return nil
        }
        return try StaticSite(folder: folder)
    }

    private static func version(_ settings: ServiceSettings, _ machine: Machine, _ backend: any Backend, threads: Int) -> ServiceVersion {
        ServiceVersion(
            version: BuildFacts.version, build: BuildFacts.build(on: machine), cores: machine.cores, memoryBytes: machine.memoryBytes,
            kernels: .init(
                backend: backend.description, wideInt8Products: backend.hasWideInt8Products, trainsInBfloat16: backend.trainsInBfloat16),
            workers: settings.workers, threadsPerJob: threads,
            limits: ServiceLimits.all)
    }
}

extension SocketTurns: LaneCompany {}
