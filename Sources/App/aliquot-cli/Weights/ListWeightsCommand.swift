import ArgumentParser
import Foundation
import WeightsStore

/// `aliquot weights list`.
struct ListWeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists stored weights, or with --published what `pull` can download.")

    @OptionGroup var place: WeightsPlace
    @Flag(help: "The published file of each network instead.") var published = false

    func run() throws {
        guard !published else {
            for weights in PublishedWeights.all { print("\(weights.network)  \(try weights.address().absoluteString)") }
            return
        }
        let entries = try place.folder().entries()
        let widths = (entries.map(\.name.description.count).max() ?? 0, entries.map(\.network.count).max() ?? 0)
        for entry in entries {
            print(
                entry.name.description.padding(toLength: widths.0, withPad: " ", startingAt: 0),
                entry.network.padding(toLength: widths.1, withPad: " ", startingAt: 0), "\(entry.bytes) bytes",
                entry.sha256.map { "sha256 \($0)" } ?? "", separator: "  ")
        }
    }
}
