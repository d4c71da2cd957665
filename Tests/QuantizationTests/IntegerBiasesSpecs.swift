import Engine
import ModelFormat
import Tensors
import Testing

@testable import Quantization

@Suite("Biases as whole numbers")
struct IntegerBiasesSpecs {
    private let graph = ToyNetwork.graph()

    private func calibration(_ parameters: ParameterSet) throws -> Calibration {
        let plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 8, side: ToyNetwork.side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(ToyNetwork.pictures(8, seed: 2).flatMap(\.self), count: 8)
        return calibration
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
        let parameters = try ToyNetwork.parameters(graph)
        let network = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration(parameters), method: .minmax)
        let sums = sums(try network.quantised(weightBits: 8))
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
        var tensors = try ToyNetwork.parameters(graph).tensors
        for index in 0..<9 { tensors["depthwise.weight"]?.values[3 * 9 + index] = 0 }
        let parameters = try ParameterSet(tensors, for: graph)
        let plain = try Quantiser.quantise(graph.folded(with: parameters), scales: calibration(parameters).scales())
        // When biases are rounded
        let rounded = try #require(IntegerBiases.rounded(plain).weights["depthwise"]), before = try #require(plain.weights["depthwise"])
        // Then the unit of that channel is chosen for it, and those of the others, which their weights have, stay
        #expect(before.bias[3] != 0 && abs(rounded.bias[3] - before.bias[3]) <= 4e-6 * abs(before.bias[3]))
        #expect(rounded.scales[4] == before.scales[4] && rounded.bias[4] != before.bias[4])
    }
}
