import Engine
import Foundation
import ModelFormat

/// The result of a finished training as a file, so that a job that is taken up again does not train it twice.
package enum FinishedStage {
    /// Durable on return.
    package static func write(_ result: TrainingResult, to url: URL) throws {
        let tensors = result.parameters.tensors.map { ($0.key, StoredTensor($0.value)) }
        try Safetensors.write(
            tensors, metadata: ["summary": String(decoding: try JSONEncoder().encode(result.summary), as: UTF8.self)], to: url)
    }

    /// Nil where there is no such file.
    /// - Throws: ``TrainingError/brokenCheckpoint(file:detail:)``, `ModelFormatError`, or `EngineError` for the weights of another network.
    package static func read(_ url: URL, graph: Graph) throws -> TrainingResult? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let file = try Safetensors.read(url)
        guard let summary = file.metadata["summary"] else {
            throw TrainingError.brokenCheckpoint(file: url.lastPathComponent, detail: "no summary")
        }
        return TrainingResult(
            parameters: try ParameterSet(try file.tensors.mapValues { tensor in try tensor.floats() }, for: graph),
            summary: try JSONDecoder().decode(TrainingSummary.self, from: Data(summary.utf8)))
    }
}
