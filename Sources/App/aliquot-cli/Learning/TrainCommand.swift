import Aliquot
import ArgumentParser
import Foundation
import Jobs

/// `aliquot train`: a training without the service.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a classifier on a folder or archive of pictures, without the service.",
        discussion: """
            Pictures stand in labelled/CLASS/* (or train/CLASS/*, or CLASS/*), unlabelled/*, validation/CLASS/* and test/CLASS/*; one folder around it all is ignored.
            Ctrl-C or SIGTERM keeps a checkpoint (exit status 75); the same command goes on from it. OUTPUT then holds model/, report.html and report.json.
            """)

    @Option(help: ArgumentHelp("Pictures: a folder, or a tar, tar.gz or zip archive.", valueName: "folder|archive")) var data: String
    @Option(help: ArgumentHelp("A new or empty folder, or that of the same training interrupted.", valueName: "folder")) var output: String
    @Option(help: ArgumentHelp("The folder of pretrained weights that --weights names.", valueName: "folder"))
    var weightsFolder = "./data/weights"
    @OptionGroup(title: "The training") var job: JobOptions
    @Argument(parsing: .allUnrecognized, help: .hidden) var unknown: [String] = []

    func run() async throws {
        let unexpected = UnknownOptions.faults(unknown)
        let training = Training(
            pictures: URL(fileURLWithPath: data), fields: job.fields, output: URL(fileURLWithPath: output, isDirectory: true),
            weights: URL(fileURLWithPath: weightsFolder, isDirectory: true))
        let display = ProgressDisplay(isTerminal: isatty(STDERR_FILENO) == 1)
        do {
            if !unexpected.isEmpty { throw AliquotError.invalid(unexpected + training.faults()) }
            let outcome = try await untilSignalled { try await training.run { display.show($0) } }
            display.end()
            print(Self.summary(outcome))
        } catch let error as AliquotError {
            display.end()
            throw CommandFailure.exit(error, hint: "the checkpoint is kept; the same command goes on from it")
        }
    }

    private static func summary(_ outcome: TrainingOutcome) -> String {
        let gain = outcome.gain.map { String(format: " (%+.3f against labels alone)", $0) } ?? ""
        let measured =
            String(format: "macro-F1 %.3f", outcome.macroF1) + gain + String(format: ", accuracy %.1f %%", outcome.accuracy * 100)
        let on = "on \(outcome.pictures) \(outcome.evaluatedOn) picture\(outcome.pictures == 1 ? "" : "s")"
        return """
            \(outcome.wasFinished ? "this training was finished before; nothing was done\n" : "")\(measured) \(on)
            model   \(outcome.model.path) (\(outcome.precision))
            report  \(outcome.page.path)
            """
    }
}
