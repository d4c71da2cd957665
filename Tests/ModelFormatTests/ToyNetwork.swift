import Engine
import ModelFormat
import Tensors

/// A small network with everything in it that a file must keep: norm, residual sum, pooling, head.
enum ToyNetwork {
    static func graph(classes: Int = 3, width: Int = 4) -> Graph {
        var builder = GraphBuilder(architecture: "toy")
        var x = builder.convolution("stem.conv", builder.input, outputs: width, kernel: 3, stride: 2)
        x = builder.batchNorm("stem.bn", x)
        x = builder.activation(.relu6, x)
        let skip = x
        x = builder.convolution("block.conv", x, outputs: width, kernel: 3, groups: width)
        x = builder.batchNorm("block.bn", x)
        x = builder.add(x, skip)
        x = builder.maxPool(x, kernel: 3, stride: 2, padding: 1)
        x = builder.globalAveragePool(x)
        x = builder.dropout(x, probability: 0.2)
        return builder.head("classifier", x, classes: classes)
    }

    /// An int8 form whose figures are made up: files do not look at them.
    static func quantised(_ graph: Graph, _ parameters: ParameterSet) throws -> QuantisedNetwork {
        let folded = try graph.folded(with: parameters)
        let scales = folded.network.layers.indices.map { ActivationScale(scale: 0.25 / Float($0 + 1), isSigned: $0 % 2 == 0) }
        var weights: [String: QuantisedWeights] = [:]
        for part in folded.network.layers.flatMap(\.weights) {
            let shape = part.shape
            let count = shape.reduce(1, *)
            weights[part.name] = QuantisedWeights(
                shape: shape, values: (0..<count).map { Int8(truncatingIfNeeded: $0 * 7 - 127) },
                scales: (0..<shape[0]).map { 0.01 + Float($0) },
                bias: (0..<shape[0]).map { -0.5 * Float($0) })
        }
        return QuantisedNetwork(network: folded.network, activations: scales, weights: weights)
    }
}
