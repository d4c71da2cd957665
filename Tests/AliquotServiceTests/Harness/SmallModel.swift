import Base
import Engine
import Foundation
import ModelFormat
import Tensors

/// A real model of a convolution that copies the three channels into the first of eight, and a head that looks at those: it answers with the channel that is brightest.
enum SmallModel {
    /// Writes it to `url`, float only.
    static func write(to url: URL, job: String? = nil) throws {
        var builder = GraphBuilder(architecture: "colours")
        let copied = builder.convolution("copy", builder.input, outputs: 8, kernel: 3)
        let pooled = builder.globalAveragePool(copied)
        let graph = builder.head("head", pooled, classes: 3)
        // [8, 3, 3, 3] and [3, 8]: output i is channel i, its kernel 1 in the middle.
        var copy = [Float](repeating: 0, count: 8 * 3 * 9)
        var head = [Float](repeating: 0, count: 3 * 8)
        for channel in 0..<3 {
            copy[(channel * 3 + channel) * 9 + 4] = 1
            head[channel * 8 + channel] = 8
        }
        let parameters = try ParameterSet(
            [
                "copy.weight": FloatTensor(shape: [8, 3, 3, 3], values: copy), "head.weight": FloatTensor(shape: [3, 8], values: head),
                "head.bias": FloatTensor(shape: [3], values: [0, 0, 0]),
            ], for: graph)
        let manifest = ModelManifest(
            architecture: "colours", classes: ["red", "green", "blue"], input: InputDescription(size: 16, fit: "squish"),
            lineage: ModelLineage(job: job))
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: nil, report: Data(#"{"test":{"accuracy":1}}"#.utf8),
            to: url)
    }
}
