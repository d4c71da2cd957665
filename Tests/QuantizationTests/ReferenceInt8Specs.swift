import Engine
import ModelFormat
import Testing

/// The interpreter that stands for every int8 plan is itself held to ONNX Runtime 1.32.0, as DequantizeLinear → Conv/Relu/Add/GlobalAveragePool/MaxPool →
/// QuantizeLinear in float, without graph optimisation; features are not quantised. No window of the average pooling lies half way between two levels. Weights and input are filled by the same formula there.
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
            (0.02, true), (0.009, false), (0.009, false), (0.021, true), (0.031, true), (0.031, false), (1, true), (1, true),
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

    @Test("a residual network gives the integers that ONNX Runtime gives")
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
        for (got, expected) in zip(layers[6].features, [0.10462498664855957, 1.6371874809265137, 0.5270000100135803, 1.408562421798706]) {
            #expect(abs(Double(got) - expected) < 1e-6)
        }
        for (got, expected) in zip(logits, [0.5248464941978455, -0.8761806488037109, 0.9297173023223877]) {
            #expect(abs(Double(got) - expected) < 1e-6)
        }
    }

    /// convolution 3→4 SiLU · depthwise parts 3×3 and 5×5, stride 2, hard-swish · squeeze, excite, scale · average pooling beside it · channels of both · mean · linear.
    private let gated: QuantisedNetwork = {
        let stem = Convolution(inputs: 3, outputs: 4, kernel: 3, padding: 1)
        let parts = [
            Convolution(inputs: 2, outputs: 2, kernel: 3, stride: 2, padding: 1, groups: 2),
            Convolution(inputs: 2, outputs: 2, kernel: 5, stride: 2, padding: 2, groups: 2),
        ]
        let sources = [(0, 1), (0, 3), (1, 0), (1, 2), (1, 1)].map { FusedNetwork.ChannelSource(input: $0, channel: $1) }
        let layers = [
            FusedNetwork.Layer(name: "", kind: .input(channels: 3), inputs: []),
            FusedNetwork.Layer(name: "stem", kind: .convolution(stem, activation: .silu, residual: nil), inputs: [0]),
            FusedNetwork.Layer(name: "mixed", kind: .mixedConvolution(parts, activation: .hardSwish, residual: nil), inputs: [1]),
            FusedNetwork.Layer(name: "", kind: .globalAveragePool, inputs: [2]),
            FusedNetwork.Layer(name: "squeeze", kind: .linear(Linear(inputs: 4, outputs: 3), activation: .relu), inputs: [3]),
            FusedNetwork.Layer(name: "excite", kind: .linear(Linear(inputs: 3, outputs: 4), activation: .sigmoid), inputs: [4]),
            FusedNetwork.Layer(name: "", kind: .channelScale, inputs: [2, 5]),
            FusedNetwork.Layer(name: "", kind: .averagePool(AveragePool(kernel: 3, stride: 1, padding: 1)), inputs: [2]),
            FusedNetwork.Layer(name: "", kind: .route(sources), inputs: [6, 7]),
            FusedNetwork.Layer(name: "", kind: .globalAveragePool, inputs: [8]),
            FusedNetwork.Layer(name: "head", kind: .linear(Linear(inputs: 5, outputs: 2), activation: nil), inputs: [9]),
        ]
        let scales: [Float] = [0.02, 0.018, 0.02, 1, 1, 1, 0.012, 0.02, 0.019, 1, 1]
        return QuantisedNetwork(
            network: FusedNetwork(architecture: "gated", classes: 2, layers: layers),
            activations: scales.map { ActivationScale(scale: $0, isSigned: true) },
            weights: [
                "stem": QuantisedWeights(
                    shape: [4, 3, 3, 3], values: filled(108, 73, 5), scales: [0.003, 0.0011, 0.0007, 0.0042], bias: [0.06, 1, 0.31, 1.1]),
                "mixed.0": QuantisedWeights(shape: [2, 1, 3, 3], values: filled(18, 91, 17), scales: [0.003, 0.0021], bias: [-0.2, 0.7]),
                "mixed.1": QuantisedWeights(shape: [2, 1, 5, 5], values: filled(50, 47, 3), scales: [0.0007, 0.0011], bias: [0.4, -0.1]),
                "squeeze": QuantisedWeights(
                    shape: [3, 4], values: filled(12, 53, 29), scales: [0.014, 0.015, 0.016], bias: [0.5, -0.25, 0.125]),
                "excite": QuantisedWeights(
                    shape: [4, 3], values: filled(12, 29, 7), scales: [0.01, 0.02, 0.03, 0.04], bias: [0.1, 0.2, -0.3, 0.4]),
                "head": QuantisedWeights(shape: [2, 5], values: filled(10, 31, 1), scales: [0.004, 0.006], bias: [0.5, -0.25]),
            ])
    }()

    @Test("parts, gates, poolings and rearrangements too")
    func equalsONNXRuntimeWithGates() {
        // Given a picture on the input's grid
        let picture = Self.filled(3 * 7 * 7, 37, 42).map { Float($0) * 0.02 }
        // When the network runs
        let (logits, layers) = ReferenceInt8(model: gated).run(picture, side: 7)
        // Then all integers are those of the outside program
        #expect(layers[1].levels.prefix(16) == [52, -1, -11, -15, -15, -10, 127, 47, 25, -3, -15, -15, -11, 122, 44, 21])
        #expect(layers[1].levels.suffix(12) == [93, -7, 42, 62, 53, 68, 127, 127, -15, 11, 9, -14])
        #expect(layers[2].levels.prefix(16) == [0, -10, -4, 0, 2, -14, -2, -2, 0, -12, -5, -1, -4, -8, -3, -6])
        #expect(layers[2].levels.suffix(12) == [-9, 0, 10, 13, -10, 21, 2, 13, -14, 31, -4, 9])
        for (got, expected) in zip(layers[5].features, [0.3167024850845337, 0.5458111763000488, 0.9053541421890259, 0.05528426170349121]) {
            #expect(abs(Double(got) - expected) < 1e-6)
        }
        #expect(layers[6].levels.prefix(16) == [0, -5, -2, 0, 1, -7, -1, -1, 0, -6, -3, -1, -2, -4, -2, -3])
        #expect(layers[6].levels.suffix(12) == [-1, 0, 1, 1, -1, 2, 0, 1, -1, 3, 0, 1])
        #expect(layers[7].levels.prefix(16) == [-6, -5, -5, -2, -6, -5, -6, -2, -6, -5, -6, -3, -6, -5, -6, -4])
        #expect(layers[7].levels.suffix(12) == [0, 0, 6, 5, 3, 3, 11, 7, 7, 4, 12, 5])
        #expect(layers[8].levels.prefix(16) == [10, 9, 0, 14, 16, 8, 7, 13, 16, 9, 11, 17, 16, 14, 11, 15])
        #expect(layers[8].levels.suffix(12) == [21, 18, 18, 19, 24, 22, 21, 23, 25, 23, 23, 25])
        for (got, expected) in zip(logits, [0.37953048944473267, -0.3433517515659332]) { #expect(abs(Double(got) - expected) < 1e-6) }
    }
}
