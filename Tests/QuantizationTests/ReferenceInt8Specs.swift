import Engine
import ModelFormat
import Testing

/// The interpreter that stands for every int8 plan is itself held to ONNX Runtime 1.32.0, as DequantizeLinear → Conv/Relu/Add/GlobalAveragePool/MaxPool →
/// QuantizeLinear in float, without graph optimisation. Weights and input are filled by the same formula there.
@Suite("The meaning of an int8 network")
struct ReferenceInt8Specs {
    private static func filled(_ count: Int, _ factor: Int, _ offset: Int) -> [Int8] {
        (0..<count).map { Int8(($0 * factor + offset) % 255 - 127) }
    }

    /// convolution 3→4 stride 2 ReLU · maximum of it · depthwise convolution · sum of both · mean · linear; and the depthwise one with the sum and ReLU fused.
    private let model: QuantisedNetwork = {
        let stem = Convolution(inputs: 3, outputs: 4, kernel: 3, stride: 2, padding: 1)
        let depthwise = Convolution(inputs: 4, outputs: 4, kernel: 3, padding: 1, groups: 4)
        let layers = [
            FusedNetwork.Layer(name: "", kind: .input(channels: 3), inputs: []),
            FusedNetwork.Layer(name: "stem", kind: .convolution(stem, activation: .relu, residual: nil), inputs: [0]),
            FusedNetwork.Layer(name: "", kind: .maxPool(MaxPool(kernel: 3, stride: 2, padding: 1)), inputs: [1]),
            FusedNetwork.Layer(name: "depthwise", kind: .convolution(depthwise, activation: nil, residual: nil), inputs: [1]),
            FusedNetwork.Layer(name: "", kind: .add(activation: nil), inputs: [1, 3]),
            FusedNetwork.Layer(name: "fused", kind: .convolution(depthwise, activation: .relu, residual: 1), inputs: [1]),
            FusedNetwork.Layer(name: "", kind: .globalAveragePool, inputs: [4]),
            FusedNetwork.Layer(name: "head", kind: .linear(Linear(inputs: 4, outputs: 3), activation: nil), inputs: [6]),
        ]
        let scales: [(Float, Bool)] = [
            (0.02, true), (0.009, false), (0.009, false), (0.021, true), (0.031, true), (0.031, false), (0.029, true), (1, true),
        ]
        let depthwiseWeights = QuantisedWeights(
            shape: [4, 1, 3, 3], values: filled(36, 91, 17), scales: [0.002, 0.0031, 0.0017, 0.0009], bias: [-0.2, 0.7, 0, 0.35])
        return QuantisedNetwork(
            network: FusedNetwork(architecture: "hand", classes: 3, layers: layers),
            activations: scales.map { ActivationScale(scale: $0.0, isSigned: $0.1) },
            weights: [
                "stem": QuantisedWeights(
                    shape: [4, 3, 3, 3], values: filled(108, 73, 5), scales: [0.003, 0.0011, 0.0007, 0.0042], bias: [0.06, 1, 0.31, 1.1]),
                "depthwise": depthwiseWeights, "fused": depthwiseWeights,
                "head": QuantisedWeights(
                    shape: [3, 4], values: filled(12, 53, 29), scales: [0.004, 0.005, 0.006], bias: [0.5, -0.25, 0.125]),
            ])
    }()

    @Test("every kind of layer gives the integers that ONNX Runtime gives")
    func equalsONNXRuntime() {
        // Given a picture on the input's grid
        let picture = Self.filled(3 * 7 * 7, 37, 11).map { Float($0) * 0.02 }
        // When the network runs
        let (logits, layers) = ReferenceInt8(model: model).run(picture, side: 7)
        // Then all integers are those of the outside program
        #expect(layers[1].levels.prefix(16) == [198, 0, 0, 0, 173, 52, 0, 0, 159, 32, 0, 0, 66, 11, 0, 100])
        #expect(layers[1].levels.suffix(16) == [139, 168, 0, 0, 152, 249, 0, 221, 159, 242, 0, 205, 112, 255, 0, 211])
        #expect(layers[2].levels == [198, 52, 173, 100, 141, 144, 141, 144, 42, 80, 42, 97, 249, 249, 255, 255])
        #expect(layers[3].levels.prefix(16) == [-2, -35, -13, -10, -4, -51, -16, -10, -5, -43, -8, -8, -9, -30, -6, -10])
        #expect(layers[3].levels.suffix(16) == [8, 12, 31, 10, 0, 6, 36, 3, 0, 1, 36, -6, 3, 3, 27, 0])
        #expect(layers[4].levels.prefix(16) == [56, -24, -9, -7, 48, -19, -11, -7, 43, -20, -5, -5, 13, -17, -4, 22])
        #expect(layers[5].levels.prefix(16) == [56, 0, 0, 0, 48, 0, 0, 0, 43, 0, 0, 0, 13, 0, 0, 23])
        #expect(layers[5].levels[16..<32] == [50, 34, 48, 66, 76, 40, 81, 31, 75, 43, 71, 25, 74, 51, 62, 17])
        #expect(layers[6].levels == [4, 56, 18, 49])
        for (got, expected) in zip(logits, [0.5256360173225403, -0.8618999719619751, 0.9252260327339172]) {
            #expect(abs(Double(got) - expected) < 1e-6)
        }
    }
}
