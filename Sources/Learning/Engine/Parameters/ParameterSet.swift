import Base
import Tensors

/// A value for every parameter and buffer of a graph, by state-dictionary name, in plain row-major layout.
package struct ParameterSet: Sendable, Equatable {
    package private(set) var tensors: [String: FloatTensor]

    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` with every fault at once.
    package init(_ tensors: [String: FloatTensor], for graph: Graph) throws(EngineError) {
        let specifications = graph.parameterSpecifications
        let names = Set(specifications.map(\.name))
        let missing = specifications.map(\.name).filter { tensors[$0] == nil }
        let unexpected = tensors.keys.filter { !names.contains($0) }.sorted()
        let wrong = specifications.compactMap { specification -> EngineError.WrongShape? in
            guard let tensor = tensors[specification.name], tensor.shape != specification.shape else { return nil }
            return EngineError.WrongShape(name: specification.name, got: tensor.shape, expected: specification.shape)
        }
        guard missing.isEmpty, unexpected.isEmpty, wrong.isEmpty else {
            throw .parameters(missing: missing, unexpected: unexpected, wrongShape: wrong)
        }
        self.tensors = tensors
    }

    package subscript(_ name: String) -> FloatTensor? { tensors[name] }

    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` where there is none of this name.
    package func tensor(_ name: String) throws(EngineError) -> FloatTensor {
        guard let tensor = tensors[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return tensor
    }

    /// Changes the numbers of a tensor where they lie.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` where there is none of this name.
    package mutating func change(_ name: String, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) throws(EngineError) {
        guard tensors[name] != nil else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        tensors[name]?.values.withUnsafeMutableBufferPointer { body($0) }
    }

    /// Fresh parameters: convolutions by He et al. 2015 (fan out, as torchvision), linear layers uniform ±1/√inputs, norms at identity.
    package static func initial(for graph: Graph, seed: UInt64) -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for specification in graph.parameterSpecifications {
            var tensor = FloatTensor(zeros: specification.shape)
            var random = SeededRandom(seed: seed, purpose: "initial.\(specification.name)")
            switch specification.role {
            case .weight where specification.shape.count == 4:
                let fanOut = Double(specification.shape[0] * specification.shape[2] * specification.shape[3])
                let deviation = (2 / fanOut).squareRoot()
                for index in tensor.values.indices { tensor.values[index] = Float(random.normal() * deviation) }
            case .weight:
                let bound = 1 / Double(specification.shape[1]).squareRoot()
                for index in tensor.values.indices { tensor.values[index] = Float(random.uniform(-bound, bound)) }
            case .normScale, .runningVariance:
                for index in tensor.values.indices { tensor.values[index] = 1 }
            case .bias, .normShift, .runningMean: break
            }
            tensors[specification.name] = tensor
        }
        return ParameterSet(unchecked: tensors)
    }

    private init(unchecked tensors: [String: FloatTensor]) { self.tensors = tensors }

    /// `body` with its head replaced by this set's own: how pretrained weights meet another number of classes.
    /// - Parameter body: tensors of the same architecture, head of any size; buffers that a graph does not hold (`num_batches_tracked`) are passed over.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` with every fault at once.
    package func replacingBody(with body: [String: FloatTensor], graph: Graph) throws(EngineError) -> ParameterSet {
        var merged = body.filter { !$0.key.hasSuffix("num_batches_tracked") && !$0.key.hasPrefix(graph.headName + ".") }
        for specification in graph.parameterSpecifications where specification.isHead {
            merged[specification.name] = tensors[specification.name]
        }
        return try ParameterSet(merged, for: graph)
    }
}
