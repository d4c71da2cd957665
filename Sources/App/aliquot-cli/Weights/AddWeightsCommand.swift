import ArgumentParser
import Base
import Foundation
import WeightsStore

/// `aliquot weights add FILE`.
struct AddWeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Takes a file of weights in after holding every tensor against its network.",
        discussion: "What does not fit is refused with every fault named, and nothing is changed. The file itself is left as it is.")

    @OptionGroup var place: WeightsPlace
    @Argument(help: "A .safetensors, .pth or .pt file.") var file: String
    @Option(help: "The name to store it under (default: the network, else the file's name).") var name: String?
    @Option(help: "The network it belongs to (default: the name).") var network: String?

    func run() throws {
        let source = URL(fileURLWithPath: file)
        let name = try WeightsPlace.name(name ?? network ?? source.deletingPathExtension().lastPathComponent)
        let folder = try place.folder(isMade: true)
        let staged = folder.directory.appendingPathComponent(".\(name).\(ULID.now()).add")
        defer { unlink(staged.path) }
        try FileManager.default.copyItem(at: source, to: staged)
        print(
            WeightsPlace.line(try folder.adopt(staged, name: name, network: network ?? name.description, source: source.lastPathComponent)))
    }
}
