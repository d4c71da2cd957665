import Aliquot
import ArgumentParser
import Foundation

/// `aliquot evaluate`: a model measured on labelled pictures.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a model on a folder or archive of labelled pictures.",
        discussion: "Without --role the test pictures are looked at, else those for validation, else those for training.")

    @Option(help: ArgumentHelp("The folder of a model, or the output of a training.", valueName: "folder")) var model: String
    @Option(help: ArgumentHelp("Pictures: a folder, or a tar, tar.gz or zip archive.", valueName: "folder|archive")) var data: String
    @Option(help: "Which of them: test, validation, train.") var role: Model.Role?
    @Option(help: "float or int8 (default: what the model serves).") var precision: Model.Arithmetic?
    @Option(help: "Threads to compute with (default: all cores).") var threads: Int?
    @Flag(help: "Print everything that was measured as JSON.") var json = false

    func validate() throws { try ThreadsOption.validate(threads) }

    func run() async throws {
        let line = ProgressDisplay(isTerminal: isatty(STDERR_FILENO) == 1)
        do {
            let evaluation = try await untilSignalled { [self] in
                let model = try await Model(at: URL(fileURLWithPath: model, isDirectory: true), threads: threads)
                return try await model.evaluate(on: URL(fileURLWithPath: data), role: role, arithmetic: precision) {
                    line.show(.importing(fraction: $0))
                }
            }
            line.end()
            print(
                json ? String(decoding: try CommandJSON.encoder.encode(evaluation.full), as: UTF8.self) : EvaluationTable.text(evaluation))
        } catch let error as AliquotError {
            line.end()
            throw CommandFailure.exit(error)
        }
    }
}

extension Model.Role: ExpressibleByArgument {}
extension Model.Arithmetic: ExpressibleByArgument {}
