import Base
import Engine
import Foundation
import ModelFormat
import Tensors

/// A real model of one layer: it answers with the channel that is brightest.
enum SmallModel {
    /// Writes it to `url`, float only.
    static func write(to url: URL, job: String? = nil) throws {
        var builder = GraphBuilder(architecture: "colours")
        let pooled = builder.globalAveragePool(builder.input)
        let graph = builder.head("head", pooled, classes: 3)
        let identity: [Float] = [8, 0, 0, 0, 8, 0, 0, 0, 8]
        let parameters = try ParameterSet(
            ["head.weight": FloatTensor(shape: [3, 3], values: identity), "head.bias": FloatTensor(shape: [3], values: [0, 0, 0])],
            for: graph)
        let manifest = ModelManifest(
            architecture: "colours", classes: ["red", "green", "blue"], input: InputDescription(size: 16, fit: "squish"),
            lineage: ModelLineage(job: job))
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: nil, report: Data(#"{"test":{"accuracy":1}}"#.utf8),
            to: url)
    }
}
