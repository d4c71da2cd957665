import Aliquot
import ArgumentParser
import Foundation
import Inference

/// `aliquot classify`: what a model says of pictures.
struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Says what a model sees on pictures.",
        discussion: "A file that is no picture is told and passed over; the exit status is then 1.")

    /// A picture's answer, or why there is none.
    private struct Result: Encodable {
        let file: String
        var answer: Answer?
        var error: String?
    }

    @Option(help: ArgumentHelp("The folder of a model, or the output of a training.", valueName: "folder")) var model: String
    @Argument(help: "JPEG, PNG, TIFF, WebP or BMP files.") var pictures: [String]
    @Option(help: "How many of the likeliest classes are told.") var top = 3
    @Option(help: "float or int8 (default: what the model serves).") var precision: Model.Arithmetic?
    @Option(help: "Threads to compute with (default: all cores).") var threads: Int?
    @Flag(help: "Print JSON instead of a table.") var json = false

    func validate() throws {
        guard !pictures.isEmpty else { throw ValidationError("name one picture or more") }
        guard (1...1000).contains(top) else { throw ValidationError("--top is \(top), allowed are 1 to 1000") }
        try ThreadsOption.validate(threads)
    }

    func run() async throws {
        do {
            let results = try await untilSignalled { [self] in try await answers() }
            if json {
                print(String(decoding: try CommandJSON.encoder.encode(["results": results]), as: UTF8.self))
            } else {
                let rows = results.map { [$0.file] + ($0.answer.map(Self.cells) ?? ["no answer"]) }
                print(PlainTable.text([["picture", "class", "probability"]] + rows))
            }
            for result in results { if let error = result.error { CommandFailure.tell(error) } }
            if results.contains(where: { $0.error != nil }) { throw ExitCode(1) }
        } catch let error as AliquotError { throw CommandFailure.exit(error) }
    }

    private func answers() async throws -> [Result] {
        let model = try await Model(at: URL(fileURLWithPath: model, isDirectory: true), threads: threads)
        var results: [Result] = []
        for file in pictures {
            do throws(AliquotError) {
                let found = try await model.classify(contentsOf: URL(fileURLWithPath: file), top: top, arithmetic: precision)
                results.append(Result(file: file, answer: found.answer))
            } catch .picture(let name, let reason) { results.append(Result(file: file, error: "\(name): \(reason)")) }
        }
        return results
    }

    /// The likeliest class with its probability, then the next ones in one cell each.
    private static func cells(_ answer: Answer) -> [String] {
        let shown = answer.predictions.map { ($0.label, String(format: "%.1f %%", $0.probability * 100)) }
        guard let first = shown.first else { return [] }
        return [first.0, first.1] + shown.dropFirst().map { "\($0.0) \($0.1)" }
    }
}
