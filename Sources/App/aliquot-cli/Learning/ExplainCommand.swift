import Aliquot
import ArgumentParser
import Foundation

/// `aliquot explain`: where on a picture a model found what speaks for a class.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Shows where on a picture a model found what speaks for a class.",
        discussion: "Grad-CAM of the float network, drawn over the picture. With --json the numbers of the map are printed too.")

    @Option(help: ArgumentHelp("The folder of a model, or the output of a training.", valueName: "folder")) var model: String
    @Argument(help: "A JPEG, PNG, TIFF, WebP or BMP file.") var picture: String
    @Option(name: .customLong("class"), help: "A class by its name, or by its number from 0 (default: the likeliest).") var label: String?
    @Option(help: ArgumentHelp("Where the picture with the heat map goes, as PNG; must not exist.", valueName: "file")) var output: String
    @Option(help: "Threads to compute with (default: all cores).") var threads: Int?
    @Flag(help: "Print JSON instead of a sentence.") var json = false

    func validate() throws { try ThreadsOption.validate(threads) }

    func run() async throws {
        do {
            let found = try await untilSignalled { [self] in
                let model = try await Model(at: URL(fileURLWithPath: model, isDirectory: true), threads: threads)
                return try await model.explain(contentsOf: URL(fileURLWithPath: picture), class: label)
            }
            do {
                try Data(found.overlay).write(to: URL(fileURLWithPath: output), options: .withoutOverwriting)
            } catch {
                CommandFailure.tell("\(output): \(error.localizedDescription)")
                throw ExitCode(1)
            }
            if json {
                print(String(decoding: try CommandJSON.encoder.encode(found.answer), as: UTF8.self))
            } else {
                print("\(picture): \(found.label), \(String(format: "%.1f %%", found.probability * 100)) · drawn to \(output)")
            }
        } catch let error as AliquotError { throw CommandFailure.exit(error) }
    }
}
