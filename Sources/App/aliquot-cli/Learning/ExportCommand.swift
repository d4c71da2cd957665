import Aliquot
import ArgumentParser
import Foundation

/// `aliquot export`: a model in a format of other programs.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a model in a format that other programs read.",
        discussion: """
            float.onnx and int8.onnx are for ONNX Runtime, OpenVINO and others (opset 17; their metadata says how a picture is prepared).
            bioimageio.zip is a package of the BioImage Model Zoo, with a test picture and the answer to it.
            """)

    @Option(help: ArgumentHelp("The folder of a model, or the output of a training.", valueName: "folder")) var model: String
    @Option(help: "float.onnx, int8.onnx or bioimageio.zip.") var format: Model.ExportFormat
    @Option(help: ArgumentHelp("The file; one that is there is replaced (default: the format's name).", valueName: "file")) var output:
        String?
    @Option(help: "What a package calls the model (default: the name of its dataset).") var title: String?

    func run() async throws {
        do {
            let file = URL(fileURLWithPath: output ?? format.rawValue)
            try await Model(at: URL(fileURLWithPath: model, isDirectory: true)).export(format, to: file, title: title)
            print(file.path)
        } catch { throw CommandFailure.exit(error) }
    }
}

extension Model.ExportFormat: ExpressibleByArgument {}
