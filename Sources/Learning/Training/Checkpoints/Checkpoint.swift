import Base
import Engine
import Foundation
import ModelFormat
import Tensors

/// Everything of a training at one moment, in one safetensors file: a resumed run takes the very steps that an uninterrupted one would have taken.
///
/// Tensors `current.NAME`, `best.NAME` (from the first finished epoch on), `average.NAME` (where an average is kept), `first.NAME` and `second.NAME` (the optimiser's moments); the rest is JSON in the metadata.
package struct Checkpoint: Sendable, Equatable {
    package var state: TrainingState
    package var current: ParameterSet
    package var best: ParameterSet?
    /// The exponential average of the weights, where one is kept.
    package var average: ParameterSet?
    package var optimiser: OptimiserState

    package init(state: TrainingState, current: ParameterSet, best: ParameterSet?, average: ParameterSet? = nil, optimiser: OptimiserState)
    {
        self.state = state
        self.current = current
        self.best = best
        self.average = average
        self.optimiser = optimiser
    }

    private struct Counts: Codable {
        let body: Int
        let head: Int
    }

    /// Replaces the file, wholly or not at all; durable on return.
    /// - Parameter fingerprint: of the settings and pictures; ``read(_:fingerprint:graph:)`` compares it.
    package func write(to url: URL, fingerprint: SHA256Digest) throws {
        var tensors = current.tensors.map { ("current.\($0.key)", StoredTensor($0.value)) }
        if let best { tensors += best.tensors.map { ("best.\($0.key)", StoredTensor($0.value)) } }
        if let average { tensors += average.tensors.map { ("average.\($0.key)", StoredTensor($0.value)) } }
        tensors += optimiser.first.map { ("first.\($0.key)", StoredTensor($0.value)) }
        tensors += optimiser.second.map { ("second.\($0.key)", StoredTensor($0.value)) }
        let encoder = JSONEncoder()
        let metadata = [
            "fingerprint": fingerprint.description, "state": String(decoding: try encoder.encode(state), as: UTF8.self),
            "steps": String(decoding: try encoder.encode(Counts(body: optimiser.bodySteps, head: optimiser.headSteps)), as: UTF8.self),
        ]
        try Safetensors.write(tensors, metadata: metadata, to: url)
    }

    /// The checkpoint at `url`; nil where there is none.
    /// - Throws: ``TrainingError/foreignCheckpoint(file:got:expected:)`` where settings or pictures differ; ``TrainingError/brokenCheckpoint(file:detail:)``.
    package static func read(_ url: URL, fingerprint: SHA256Digest, graph: Graph) throws -> Checkpoint? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let file = try Safetensors.read(url)
        let got = file.metadata["fingerprint"] ?? "none"
        guard got == fingerprint.description else {
            throw TrainingError.foreignCheckpoint(file: url.lastPathComponent, got: got, expected: fingerprint.description)
        }
        func broken(_ detail: String) -> TrainingError { .brokenCheckpoint(file: url.lastPathComponent, detail: detail) }
        guard let state = file.metadata["state"], let steps = file.metadata["steps"] else { throw broken("no state") }
        var groups: [Substring: [String: FloatTensor]] = [:]
        for (name, tensor) in file.tensors {
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { throw broken("a tensor named \(name)") }
            groups[parts[0], default: [:]][String(parts[1])] = try tensor.floats()
        }
        let decoder = JSONDecoder()
        let counts = try decoder.decode(Counts.self, from: Data(steps.utf8))
        return Checkpoint(
            state: try decoder.decode(TrainingState.self, from: Data(state.utf8)),
            current: try ParameterSet(groups["current"] ?? [:], for: graph),
            best: try groups["best"].map { tensors in try ParameterSet(tensors, for: graph) },
            average: try groups["average"].map { tensors in try ParameterSet(tensors, for: graph) },
            optimiser: OptimiserState(
                bodySteps: counts.body, headSteps: counts.head, first: (groups["first"] ?? [:]).mapValues(\.values),
                second: (groups["second"] ?? [:]).mapValues(\.values)))
    }
}
