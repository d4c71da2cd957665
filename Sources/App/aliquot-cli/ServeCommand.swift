import AliquotService
import ArgumentParser
import Foundation
import Logging

/// `aliquot serve`: the service itself.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the service: datasets, training jobs, models and answers over HTTP.",
        discussion:
            "SIGTERM or Ctrl-C stops it cleanly: requests are finished and running jobs keep a checkpoint and go on at the next start.")

    @Option(help: "Numeric address to listen on.") var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes a free one and prints it.") var port: UInt16 = 8080
    @Option(help: ArgumentHelp("The folder that holds everything: pictures, jobs, models.", valueName: "directory")) var data = "./data"
    @Option(help: "Jobs that run at the same time.") var workers = 1
    @Option(help: "Threads of one job (default: the cores divided among the workers).") var threadsPerJob: Int?
    @Option(
        name: .customLong("public"),
        help: ArgumentHelp("The dashboard's folder (default: Public beside the program or here).", valueName: "directory"))
    var publicFolder: String?
    @Option(help: "Model versions kept in memory.") var modelsInMemory = 4
    @Option(help: "Megabytes of models kept in memory (default: a quarter of the machine's).") var modelMemory: Int?
    @Option(help: "Forward passes of one model at the same time (default: the cores).") var lanes: Int?
    @Option(help: "Most pictures that go through a network together, where that is faster.") var maxBatch = 4
    @Option(help: "Microseconds that a picture waits for others to go with.") var maxDelay = 0
    @Option(help: "Pictures of one model that wait or are worked on; one more is answered 503 (default: four for each lane, at least 8).")
    var queue: Int?
    @Option(help: "Explanations that wait or are worked on; one more is answered 503 (default: two for each lane).") var explanations: Int?
    @Flag(help: "Allow an address that other machines can reach although no password is asked for.") var insecure = false
    @Option(
        name: .customLong("allow-host"),
        help:
            "A name under which a service on a loopback address may be addressed besides localhost: that of a proxy before it. Repeatable.")
    var allowedHosts: [String] = []
    @Option(help: "What is logged: trace, debug, info, notice, warning, error.") var logLevel = Logger.Level.info

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "aliquot")
        logger.logLevel = logLevel
        var settings = ServiceSettings(data: URL(fileURLWithPath: data, isDirectory: true))
        settings.host = host
        settings.port = port
        settings.workers = workers
        settings.threadsPerJob = threadsPerJob
        settings.publicFolder = publicFolder.map { URL(fileURLWithPath: $0, isDirectory: true) }
        settings.modelsInMemory = modelsInMemory
        settings.modelMemory = modelMemory
        settings.lanes = lanes
        settings.maxBatch = maxBatch
        settings.maxDelay = maxDelay
        settings.queue = queue
        settings.explanations = explanations
        settings.isInsecureAllowed = insecure
        settings.allowedHosts = Set(allowedHosts)
        let service = try AliquotService(settings, logger: logger)
        let address = try await service.start()
        FileHandle.standardOutput.write(
            Data("aliquot listens on http://\(address) · data in \(settings.data.standardizedFileURL.path)\n".utf8))
        try await service.runUntilSignalled(logger: logger)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
