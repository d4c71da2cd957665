import AliquotService
import ArgumentParser
import Base
import Foundation
import Jobs
import Logging

/// `aliquot study FILE`: a grid of trainings and their comparison without a server.
struct StudyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "Trains datasets × networks × methods × seeds and compares them, without a server.",
        discussion: """
            FILE is JSON as for POST /v1/jobs with "type": "study", but "datasets" are folders or archives:
              {"datasets": ["cells", "leaves.zip"], "networks": ["mobilenet_v2", "resnet18"],
               "methods": ["supervised", "fixmatch"], "seeds": [1, 2, 3], "image_size": 96, "epochs": 20}
            The output folder gets report.html, report.csv and report.json; its data/ holds pictures, jobs and models. Run again after Ctrl-C or a
            crash, the same command goes on where it was.
            """)

    @Argument(help: ArgumentHelp("The study.", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("The folder for the results.", valueName: "directory")) var output: String
    @Option(help: ArgumentHelp("A folder of pretrained weights, NAME.safetensors, for the study's \"weights\".", valueName: "directory"))
    var weights: String?
    @Option(help: "Trainings that run at the same time.") var workers = 1
    @Option(help: "Threads of one training (default: the cores divided among the workers).") var threadsPerJob: Int?

    func run() async throws {
        let url = URL(fileURLWithPath: file)
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        let data = folder.appendingPathComponent("data", isDirectory: true)
        do {
            let study = try StudyFile(url)
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            try keep(url, in: folder)
            if let weights { try take(weights, into: data.appendingPathComponent("weights", isDirectory: true)) }
            var settings = ServiceSettings(data: data)
            settings.workers = workers
            settings.threadsPerJob = threadsPerJob
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
            var logger = Logger(label: "aliquot")
            logger.logLevel = .error
            try await run(study, LocalStudy(settings, logger: logger), folder)
        } catch SpecificationError.invalid(let faults) {
            throw StudyCommandError.wrongFile(path: file, faults: faults.map { "\($0.pointer): \($0.detail)" })
        } catch SpecificationError.notJSON(let offset, let detail) {
            throw StudyCommandError.wrongFile(path: file, faults: ["not JSON at byte \(offset): \(detail)"])
        }
    }

    private func run(_ study: StudyFile, _ local: LocalStudy, _ folder: URL) async throws {
        StopSignal.install([SIGTERM, SIGINT])
        let line = StudyProgressLine(isTerminal: isatty(STDERR_FILENO) == 1)
        let ended = try await local.run(study.submission, sources: study.sources) { job in
            line.show(job)
            return !StopSignal.isRaised
        }
        line.end()
        guard let job = ended else {
            FileHandle.standardError.write(Data("stopped; the same command goes on from here\n".utf8))
            throw ExitCode(WorkerExitCode.stopped)
        }
        guard job.state == .succeeded else { throw StudyCommandError.failed(job.state, job.error) }
        let files = local.files(job)
        for source in [files.report, files.reportPage, files.reportTable] {
            try AtomicFile.write(try Data(contentsOf: source), to: folder.appendingPathComponent(source.lastPathComponent))
        }
        let counts = job.result?.counts ?? [:]
        print(
            "\(counts["trainings"] ?? 0) trainings, \(counts["failed"] ?? 0) without a result: \(folder.appendingPathComponent("report.html").path)"
        )
    }

    /// An output folder belongs to one study: another file would silently get the first one's results.
    private func keep(_ study: URL, in folder: URL) throws {
        let copy = folder.appendingPathComponent("study.json")
        let bytes = try Data(contentsOf: study)
        guard FileManager.default.fileExists(atPath: copy.path) else {
            try AtomicFile.write(bytes, to: copy)
            return
        }
        guard try Data(contentsOf: copy) == bytes else { throw StudyCommandError.otherStudy(folder: folder.path) }
    }

    private func take(_ weights: String, into folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(at: URL(fileURLWithPath: weights), includingPropertiesForKeys: nil)
        where ["safetensors", "json"].contains(file.pathExtension) {
            let copy = folder.appendingPathComponent(file.lastPathComponent)
            if !FileManager.default.fileExists(atPath: copy.path) { try FileManager.default.copyItem(at: file, to: copy) }
        }
    }
}
