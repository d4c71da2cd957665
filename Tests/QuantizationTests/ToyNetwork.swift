import Base
import Engine
import ModelFormat
import Quantization
import Tensors

/// A network with every kind of layer, small enough for the plain interpreters.
enum ToyNetwork {
    static let side = 12

    static func graph(classes: Int = 3) -> Graph {
        var builder = GraphBuilder(architecture: "toy")
        var x = builder.convolution("stem", builder.input, outputs: 8, kernel: 3, stride: 2)
        x = builder.batchNorm("stem_bn", x)
        x = builder.activation(.relu6, x)
        let skip = x
        x = builder.convolution("depthwise", x, outputs: 8, kernel: 3, groups: 8)
        x = builder.batchNorm("depthwise_bn", x)
        x = builder.add(x, skip)
        x = builder.maxPool(x, kernel: 3, stride: 2, padding: 1)
        x = builder.convolution("project", x, outputs: 6, kernel: 1)
        x = builder.batchNorm("project_bn", x)
        x = builder.activation(.relu, x)
        x = builder.globalAveragePool(x)
        return builder.head("head", x, classes: classes)
    }

    /// Initial parameters with moved norms, and a head balanced over some pictures, so that classes differ from picture to picture.
    static func parameters(_ graph: Graph) throws -> ParameterSet {
        var tensors = ParameterSet.initial(for: graph, seed: 4).tensors
        var random = SeededRandom(seed: 5)
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where name.hasSuffix("_bn.bias") || name.hasSuffix("running_mean") {
            tensors[name]?.values = tensor.values.map { _ in Float(random.normal() * 0.3) }
        }
        if let head = tensors["head.weight"] { tensors["head.weight"]?.values = head.values.map { $0 * 4 } }
        tensors["head.bias"]?.values = [0, 0, 0]
        let reference = ReferenceFloat(model: try graph.folded(with: ParameterSet(tensors, for: graph)))
        let pictures = pictures(12, seed: 3)
        for picture in pictures {
            for (index, logit) in (reference.run(picture, side: side).last?.numbers ?? []).enumerated() {
                tensors["head.bias"]?.values[index] -= logit / Float(pictures.count)
            }
        }
        return try ParameterSet(tensors, for: graph)
    }

    static func pictures(_ count: Int, seed: UInt64) -> [[Float]] {
        (0..<count).map { index in
            var random = SeededRandom(seed: seed, purpose: "\(index)")
            let centre = random.normal()
            return (0..<(3 * side * side)).map { _ in Float(random.normal() + centre) }
        }
    }

    static let manifest = ModelManifest(architecture: "toy", classes: ["a", "b", "c"], input: InputDescription(size: side))
}
