import Aliquot
import ArgumentParser
import Foundation

/// `aliquot quantise`: the int8 form of a finished model, made anew.
struct QuantiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantise",
        abstract: "Makes the int8 form of a finished model anew and judges it on this machine, without the service.",
        discussion: """
            The network stays as it is. OUTPUT then holds model/, report.html and report.json. By the pictures and the seed of its training a model gets the bytes that this gave it.
            Where no int8 form passes the gates there is no new model and the exit status is 1.
            """)

    @Option(help: ArgumentHelp("The folder of a model, or the output of a training.", valueName: "folder")) var model: String
    @Option(help: ArgumentHelp("Pictures of its classes: a folder, or a tar, tar.gz or zip archive.", valueName: "folder|archive"))
    var data: String
    @Option(help: ArgumentHelp("A new or empty folder.", valueName: "folder")) var output: String
    @Option(help: "How ranges are found: minmax, percentile, mse, entropy (default: percentile).") var quantisationCalibration: String?
    @Option(help: "Validation macro-F1 that int8 may lose (default: 0.01).") var quantisationMaxDrop: Double?
    @Option(help: "Chooses pictures (default: that of the training).") var seed: Int?
    @Option(help: "Threads to compute with (default: all cores).") var threads: Int?

    func validate() throws { try ThreadsOption.validate(threads) }

    func run() async throws {
        let display = ProgressDisplay(isTerminal: isatty(STDERR_FILENO) == 1)
        do {
            let made = try await untilSignalled { [self] in
                let model = try await Model(at: URL(fileURLWithPath: model, isDirectory: true), threads: threads)
                return try await model.quantise(
                    on: URL(fileURLWithPath: data), to: URL(fileURLWithPath: output, isDirectory: true),
                    options: .init(calibration: quantisationCalibration, maximumDrop: quantisationMaxDrop), seed: seed
                ) { display.show($0) }
            }
            display.end()
            let page = made.folder.deletingLastPathComponent().appendingPathComponent("report.html")
            print("model   \(made.folder.path) (\(made.arithmetic))\nreport  \(page.path)")
        } catch let error as AliquotError {
            display.end()
            throw CommandFailure.exit(error)
        }
    }
}
