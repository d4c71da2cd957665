import ArgumentParser
import Base
import Foundation
import TrainingJobs
import WeightsStore

/// The folder that all commands on weights work in.
struct WeightsPlace: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder of the service.", valueName: "directory")) var data = "./data"

    /// The folder of weights.
    /// - Parameter isMade: whether it is made where it is not there.
    func folder(isMade: Bool = false) throws -> WeightsFolder {
        let directory = URL(fileURLWithPath: data, isDirectory: true).appendingPathComponent("weights", isDirectory: true)
        if isMade { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }
        return WeightsFolder.standard(in: directory)
    }

    static func name(_ text: String) throws -> ResourceName {
        guard let name = ResourceName(text) else { throw ValidationError("'\(text)' cannot be a name: \(ResourceName.rule)") }
        return name
    }

    /// One line on stored weights.
    static func line(_ facts: WeightsFacts) -> String {
        let translated = facts.translatedFrom.map { ", names of \($0)" } ?? ""
        let digest = facts.entry.sha256.map { ", sha256 \($0)" } ?? ""
        return "\(facts.entry.name): \(facts.entry.network), \(facts.parameters) parameters, \(facts.classes) classes, "
            + "\(facts.elementTypes.joined(separator: " and ")), \(facts.entry.bytes) bytes\(translated)\(digest)"
    }
}
