import ArgumentParser
import Foundation
import WeightsStore

/// `aliquot weights verify [NAME or FILE …]`.
struct VerifyWeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads weights wholly and compares them with their digest and their network; exits 1 if any is wrong.")

    @OptionGroup var place: WeightsPlace
    @Argument(help: "Names of stored weights, or paths of files (with a slash or an extension); none means all that are stored.")
    var weights: [String] = []
    @Option(help: "The network of the files (default: their names).") var network: String?

    func run() throws {
        let folder = try place.folder()
        let subjects = try weights.isEmpty ? folder.entries().map(\.name.description) : weights
        var isGood = true
        for subject in subjects {
            do {
                print(
                    try isPath(subject) ? verified(file: subject, folder) : WeightsPlace.line(folder.verify(WeightsPlace.name(subject))),
                    "good", separator: ": ")
            } catch {
                FileHandle.standardError.write(Data("\(subject): \(error)\n".utf8))
                isGood = false
            }
        }
        if !isGood { throw ExitCode(1) }
    }

    private func isPath(_ text: String) -> Bool { text.contains("/") || [".safetensors", ".pth", ".pt"].contains { text.hasSuffix($0) } }

    private func verified(file: String, _ folder: WeightsFolder) throws -> String {
        let url = URL(fileURLWithPath: file)
        let network = network ?? url.deletingPathExtension().lastPathComponent
        let fit = try folder.verify(file: url, network: network)
        return "\(file): \(network), \(fit.classesInFile) classes\(fit.translatedFrom.map { ", names of \($0)" } ?? "")"
    }
}
