import ArgumentParser
import Engine
import EngineOneDNN
import Foundation
import Networks

/// The table of networks: what they cost, on paper and on this machine.
struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks", abstract: "Lists the networks: family, parameters, multiply-adds, sizes, measured latency of one picture.",
        discussion:
            "Parameters and multiply-adds are those of 1000 classes and pictures of --size. Latencies are medians with random weights.")

    @Option(help: "Only this network; may be given several times.")
    var network: [String] = []
    @Option(help: "Side of the pictures in pixels.")
    var size = 224
    @Option(help: "Threads of the plans.")
    var threads = 1
    @Option(help: "Timed repetitions; 0 measures nothing.")
    var repeats = 15
    @Flag(help: "Print JSON instead: one object a line.")
    var json = false

    func validate() throws {
        guard (32...1024).contains(size) else { throw ValidationError("--size is 32 to 1024, got \(size)") }
        guard (1...256).contains(threads) else { throw ValidationError("--threads is 1 to 256, got \(threads)") }
        guard (0...10_000).contains(repeats) else { throw ValidationError("--repeats is 0 to 10000, got \(repeats)") }
        let known = NetworkCatalogue.all.map(\.name)
        for name in network where !known.contains(name) {
            throw ValidationError("--network is one of \(known.joined(separator: ", ")), got \(name)")
        }
    }

    func run() throws {
        let entries = NetworkCatalogue.all.filter { network.isEmpty || network.contains($0.name) }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !json { print(NetworkRow.heading) }
        for entry in entries {
            let row = try NetworkRow(entry, size: size, threads: threads, repeats: repeats)
            print(json ? String(decoding: try encoder.encode(row), as: UTF8.self) : row.line)
            // A reason is told where there is a place for it: the table has none.
            if !json, let reason = row.int8Missing { FileHandle.standardError.write(Data("\(entry.name) in int8: \(reason)\n".utf8)) }
        }
        if !json { print("\(OneDNNBackend().description), \(threads) thread\(threads == 1 ? "" : "s"), pictures of \(size)²") }
    }
}
