import Engine
import ModelFormat
import Quantization
import Tensors
import Testing

@Suite("Weights in 8 bits")
struct QuantiserSpecs {
    /// A linear layer with these rows of weights behind an input.
    private func folded(_ weight: [[Float]], bias: [Float]) throws -> FoldedNetwork {
        let (outputs, inputs) = (weight.count, weight[0].count)
        let layers = [
            FusedNetwork.Layer(name: "", kind: .input(channels: 3), inputs: []),
            FusedNetwork.Layer(name: "", kind: .globalAveragePool, inputs: [0]),
            FusedNetwork.Layer(name: "head", kind: .linear(Linear(inputs: inputs, outputs: outputs), activation: nil), inputs: [1]),
        ]
        return FoldedNetwork(
            network: FusedNetwork(architecture: "rows", classes: outputs, layers: layers),
            weights: [
                "head.weight": try FloatTensor(shape: [outputs, inputs], values: weight.flatMap { $0 }),
                "head.bias": try FloatTensor(shape: [outputs], values: bias),
            ])
    }

    private let rows: [[Float]] = [
        [63.5, 0.25, 0.75, 1.25, -0.75, -63.5, -0.25, 10.1], [1e-3, -2e-3, 3.3e-3, 0, 7e-4, -9.99e-3, 5e-5, 2.5e-3],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]
    private let scales = [ActivationScale](repeating: ActivationScale(scale: 1, isSigned: true), count: 3)

    /// numpy 2.4.6: `s = abs(w).max(1) / float32(limit); rint(w / s[:, None])`; the first row is full of ties.
    @Test(
        "are numpy's, ties to even, one scale an output channel",
        arguments: [
            (
                8, [[127, 0, 2, 2, -2, -127, 0, 20], [13, -25, 42, 0, 9, -127, 1, 32], [0, 0, 0, 0, 0, 0, 0, 0]],
                [0.5, 7.866141822887585e-05, 1.0] as [Float]
            ),
            (
                7, [[63, 0, 1, 1, -1, -63, 0, 10], [6, -13, 21, 0, 4, -63, 0, 16], [0, 0, 0, 0, 0, 0, 0, 0]],
                [1.0079364776611328, 0.00015857143444009125, 1.0] as [Float]
            ),
        ])
    func equalsNumpy(bits: Int, values: [[Int]], weightScales: [Float]) throws {
        let network = try Quantiser.quantise(folded(rows, bias: [1, -2, 0.5]), scales: scales, weightBits: bits)
        let weights = try #require(network.weights["head"])
        #expect(weights.values.map(Int.init) == values.flatMap { $0 })
        #expect(weights.scales == weightScales)
        #expect(weights.bias == [1, -2, 0.5])
        #expect(weights.shape == [3, 8])
    }

    @Test("what cannot be quantised is refused")
    func refuses() throws {
        let network = try folded(rows, bias: [0, 0, 0])
        #expect(throws: QuantizationError.weightBits(got: 4, allowed: [7, 8])) {
            try Quantiser.quantise(network, scales: scales, weightBits: 4)
        }
        #expect(throws: QuantizationError.wrongCount(what: "activation scales", got: 2, expected: 3)) {
            try Quantiser.quantise(network, scales: Array(scales.prefix(2)))
        }
        #expect(throws: QuantizationError.notFiniteWeights(layer: "head")) {
            try Quantiser.quantise(folded([[1, .nan]], bias: [0]), scales: scales)
        }
        #expect(throws: QuantizationError.missingWeights(layer: "head")) {
            try Quantiser.quantise(FoldedNetwork(network: network.network, weights: [:]), scales: scales)
        }
    }
}
