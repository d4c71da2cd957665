import Base
import Foundation

/// `pseudo-labels.json` of a job's checkpoint directory: the kept labels, so that a job that is taken up again trains its student on the same ones.
package struct PseudoLabelFile: Sendable, Codable, Equatable {
    package let summary: PseudoLabelSummary
    package let labels: [PseudoLabel]

    package static let name = "pseudo-labels.json"

    /// Durable on return.
    package func write(in directory: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try AtomicFile.write(encoder.encode(self), to: directory.appendingPathComponent(Self.name))
    }

    /// Nil where there is no such file.
    package static func read(in directory: URL) throws -> PseudoLabelFile? {
        let url = directory.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try JSONDecoder().decode(PseudoLabelFile.self, from: Data(contentsOf: url))
    }
}
