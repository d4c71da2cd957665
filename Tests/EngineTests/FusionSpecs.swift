import Engine
import Testing

@Suite("Fusion for inference")
struct FusionSpecs {
    @Test("a convolution takes in its norm, the addition and the activation")
    func residual() throws {
        // Given a residual block whose branch stochastic depth may drop
        var builder = GraphBuilder(architecture: "block")
        let x = builder.activation(.relu, builder.batchNorm("n", builder.convolution("a", builder.input, outputs: 8, kernel: 3)))
        let y = builder.stochasticDepth(builder.batchNorm("m", builder.convolution("b", x, outputs: 8, kernel: 3)), probability: 0.2)
        let z = builder.activation(.relu6, builder.add(x, y))
        let graph = builder.head("head", builder.dropout(builder.globalAveragePool(z), probability: 0.5), classes: 2)
        // When it is fused
        let layers = try graph.fused().layers
        // Then four layers and the input are left
        #expect(layers.map(\.name).filter { !$0.isEmpty } == ["input", "a", "b", "head"])
        guard case .convolution(_, let activation, let residual) = layers[2].kind else {
            Issue.record("layer 2 is \(layers[2].kind)")
            return
        }
        #expect(activation == .relu6 && residual == 1)
        #expect(layers.count == 5)
    }

    @Test("slices, concatenations and shuffles become one route")
    func route() throws {
        // Given a ShuffleNet unit: four channels in two halves, the second one convolved, then shuffled in two groups
        var builder = GraphBuilder(architecture: "unit")
        let x = builder.convolution("a", builder.input, outputs: 4, kernel: 1)
        let halves = builder.split(x, into: [2, 2])
        let y = builder.convolution("b", halves[1], outputs: 2, kernel: 1)
        let z = builder.shuffle(builder.concatenate([halves[0], y]), groups: 2)
        let graph = builder.head("head", builder.globalAveragePool(z), classes: 2)
        let layers = try graph.fused().layers
        // Then [a0, a1, b0, b1] in groups [a0 a1] [b0 b1] read column by column is a0, b0, a1, b1
        let route = try #require(layers.first { if case .route(let sources) = $0.kind { sources.count == 4 } else { false } })
        guard case .route(let sources) = route.kind else { return }
        #expect(route.inputs.map { layers[$0].name } == ["a", "b"])
        #expect(sources.map { [$0.input, $0.channel] } == [[0, 0], [1, 0], [0, 1], [1, 1]])
        // And the half that the convolution reads is one too
        #expect(layers.contains { $0.kind == .route([.init(input: 0, channel: 2), .init(input: 0, channel: 3)]) })
    }

    @Test("a norm that cannot be folded is named")
    func unfoldable() {
        var builder = GraphBuilder(architecture: "bad")
        let x = builder.batchNorm("n", builder.maxPool(builder.input, kernel: 2, stride: 2))
        let graph = builder.head("head", builder.globalAveragePool(x), classes: 2)
        #expect(throws: EngineError.unsupported(what: "batch norm n without a convolution of its own", by: "folding")) {
            _ = try graph.fused()
        }
    }

    @Test("folding multiplies the norm into each part of a mixed convolution")
    func folded() throws {
        // Given two depthwise parts of one channel each
        var builder = GraphBuilder(architecture: "mixed", channels: 2)
        let parts = [3, 5].map { Convolution(inputs: 1, outputs: 1, kernel: $0, padding: .symmetric($0 / 2)) }
        let x = builder.batchNorm("n", builder.mixedConvolution("m", builder.input, parts: parts), epsilon: 0)
        let graph = builder.head("head", builder.globalAveragePool(x), classes: 2)
        var tensors = ParameterSet.initial(for: graph, seed: 1).tensors
        tensors["n.weight"]?.values = [2, 3]
        tensors["n.bias"]?.values = [5, 7]
        tensors["n.running_mean"]?.values = [1, -1]
        tensors["n.running_var"]?.values = [4, 9]
        let parameters = try ParameterSet(tensors, for: graph)
        // When the norm is folded in
        let folded = try graph.folded(with: parameters)
        // Then channel 0 is scaled by 2/√4 = 1 and shifted by 5 - 1·1 = 4, channel 1 by 3/√9 = 1 and 7 + 1 = 8
        #expect(folded.weights["m.0.weight"] == parameters["m.0.weight"])
        #expect(folded.weights["m.1.weight"] == parameters["m.1.weight"])
        #expect(folded.weights["m.bias"]?.values == [4, 8])
    }
}
