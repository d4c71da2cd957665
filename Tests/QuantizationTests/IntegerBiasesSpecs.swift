import Engine
import Quantization
import Tensors
import Testing

@Suite("Biases as whole numbers")
struct IntegerBiasesSpecs {
    /// The toy network in 8 bits, with its input scales by part.
    private func toy(emptying channel: Int? = nil) throws -> QuantisedNetwork {
        let graph = ToyNetwork.graph()
        var tensors = try ToyNetwork.parameters(graph).tensors
        if let channel {
            for index in 0..<9 { tensors["depthwise.weight"]?.values[channel * 9 + index] = 0 }
        }
        let parameters = try ParameterSet(tensors, for: graph)
        let plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 8, side: ToyNetwork.side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(ToyNetwork.pictures(8, seed: 2).flatMap(\.self), count: 8)
        return try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax).quantised(weightBits: 8)
    }

    /// By part: the biases in units of the 32-bit sums.
    private func sums(_ network: QuantisedNetwork) -> [String: [Float]] {
        var sums: [String: [Float]] = [:]
        for layer in network.network.layers {
            for part in layer.weights {
                guard let weights = network.weights[part.name], let input = layer.inputs.first else { continue }
                let scale = network.activations[input].scale
                sums[part.name] = zip(weights.bias, weights.scales).map { $0 / ($1 * scale) }
            }
        }
        return sums
    }

    @Test("behind pictures every bias is a whole number of the unit of its sums, behind features it is what it was")
    func areWhole() throws {
        // Given a network with every kind of layer in 8 bits
        let sums = sums(try toy())
        // Then each sum of a convolution begins at an integer (a Float has 24 bits: beyond 2²³ every number is one)
        for name in ["stem", "depthwise", "project"] {
            let found = try #require(sums[name])
            #expect(found.contains { abs($0) > 1 })
            for sum in found { #expect(abs(sum - sum.rounded()) <= 1e-5 * max(1, abs(sum))) }
        }
        // And the head, which reads real numbers, keeps its fractions
        #expect(try #require(sums["head"]).contains { abs($0 - $0.rounded()) > 1e-3 })
    }

    @Test("a channel without weights keeps its bias to six digits")
    func keepsEmptyChannels() throws {
        // Given a depthwise channel of zeros: all that it answers is its bias
        let whole = try toy(), empty = try toy(emptying: 3)
        let bias = try #require(empty.weights["depthwise"]?.bias[3])
        // Then its bias is float's: that of the folded norm, which the weights have no part in
        let graph = ToyNetwork.graph()
        let folded = try graph.folded(with: ToyNetwork.parameters(graph))
        let float = try #require(folded.weights["depthwise.bias"]?.values[3])
        #expect(float != 0 && whole.weights["depthwise"] != nil)
        #expect(abs(bias - float) <= 1e-6 * abs(float) * 4)
    }
}
