import Engine
import EngineOneDNN
import ModelFormat
import Quantization
import Tensors
import Testing

@Suite("Mixed precision")
struct MixedPrecisionSpecs {
    private let backend = OneDNNBackend()

    /// Of the toy network with a convolution whose 8-bit weights are nearly all zero: each of its outputs has a weight of 1000 on a channel that is always 0, which makes no difference
    /// in real numbers.
    private func spoiled() throws -> (graph: Graph, parameters: ParameterSet) {
        let graph = ToyNetwork.graph()
        var tensors = try ToyNetwork.parameters(graph).tensors
        tensors["stem_bn.bias"]?.values[0] = -100
        tensors["depthwise_bn.bias"]?.values[0] = 0
        tensors["depthwise_bn.running_mean"]?.values[0] = 0
        for output in 0..<6 { tensors["project.weight"]?.values[output * 8] = 1000 }
        return (graph, try ParameterSet(tensors, for: graph))
    }

    private func mixed(_ graph: Graph, _ parameters: ParameterSet) throws -> MixedPrecision {
        let options = PlanOptions(batch: 16, side: ToyNetwork.side, threads: 1), pictures = ToyNetwork.pictures(16, seed: 3).flatMap { $0 }
        let plan = try backend.inferencePlan(graph, parameters, options)
        var ranges = Calibration(method: .minmax, plan: plan)
        try ranges.observe(pictures, count: 16)
        let logits = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.run(pictures, count: 16) }
        return MixedPrecision(
            try graph.folded(with: parameters), ranges, weightBits: backend.hasWideInt8Products ? 8 : 7,
            plan: { [backend] in try backend.inferencePlan($0, options) },
            batches: [QuantisationBatch(pictures: pictures, labels: [Int](repeating: 0, count: 16))],
            logits: (0..<16).map { Array(logits[($0 * 3)..<($0 * 3 + 3)]) })
    }

    @Test("leaves the layer in float first whose rounding moves the logits most, and the same one again")
    func findsTheSensitiveLayer() throws {
        // Given a network with one layer that 8 bits destroy
        let (graph, parameters) = try spoiled()
        // When one part of it may stay in float
        let first = try #require(try mixed(graph, parameters).candidate(1, .minmax))
        // Then it is the one with that layer, and no other weights
        #expect(first.scheme.kind == .mixed && first.scheme.floatLayers.contains("project"))
        #expect(Set(first.network.floatWeights.keys) == ["project.weight", "project.bias"])
        #expect(first.network.weights.keys.sorted() == ["depthwise", "head", "stem"])
        #expect(try mixed(graph, parameters).candidate(1, .minmax)?.network == first.network)
    }

    @Test("keeps part of a network in 8 bits")
    func keepsPartInInt8() throws {
        let (graph, parameters) = try spoiled()
        let mixed = try mixed(graph, parameters)
        #expect(try mixed.candidate(2, .minmax)?.network.weights.count == 2)
        #expect(try mixed.candidate(8, .minmax) == nil)
    }

    @Test("a ReLU6 in float keeps its bound: its channels are not equalised")
    func keepsBounds() throws {
        // Given
        var builder = GraphBuilder(architecture: "bounded")
        let stem = builder.activation(.relu6, builder.convolution("stem", builder.input, outputs: 8, kernel: 3, hasBias: true))
        let x = builder.activation(.relu, builder.convolution("project", stem, outputs: 6, kernel: 1, hasBias: true))
        let graph = builder.head("head", builder.globalAveragePool(x), classes: 3)
        let parameters = ParameterSet.initial(for: graph, seed: 4), folded = try graph.folded(with: parameters)
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 12, side: ToyNetwork.side, threads: 1))
        var ranges = Calibration(method: .minmax, plan: plan)
        try ranges.observe(ToyNetwork.pictures(12, seed: 3).flatMap { $0.map { $0 * 20 } }, count: 12)
        // When the stem, whose values go beyond 6, is left in float
        let all = try EqualisedNetwork(folded, calibration: ranges, method: .minmax)
        let mixed = try EqualisedNetwork(folded, calibration: ranges, method: .minmax, floatLayers: [1])
        // Then
        #expect(all.folded.network.layers[1].kind.activation == .relu)
        #expect(mixed.folded.network.layers[1].kind.activation == .relu6)
    }
}
