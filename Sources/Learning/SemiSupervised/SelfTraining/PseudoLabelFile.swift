import Base
import Foundation

/// `pseudo-labels.json` (later rounds `pseudo-labels_2.json` …) of a job's checkpoint directory: the kept labels, so that a job that is taken up again trains its student on the same ones.
package struct PseudoLabelFile: Sendable, Codable, Equatable {
    package let summary: PseudoLabelSummary
    package let labels: [PseudoLabel]

    /// - Parameter round: from 0.
    package static func name(round: Int) -> String { DistillationStage.numbered("pseudo-labels", round) + ".json" }

    /// Durable on return.
    package func write(in directory: URL, round: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try AtomicFile.write(encoder.encode(self), to: directory.appendingPathComponent(Self.name(round: round)))
    }

    /// Nil where there is no such file.
    package static func read(in directory: URL, round: Int = 0) throws -> PseudoLabelFile? {
        let url = directory.appendingPathComponent(name(round: round))
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try JSONDecoder().decode(PseudoLabelFile.self, from: Data(contentsOf: url))
    }
}
