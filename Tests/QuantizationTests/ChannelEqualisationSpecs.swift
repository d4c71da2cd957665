import Base
import Engine
import EngineOneDNN
import ModelFormat
import Quantization
import Tensors
import Testing

@Suite("Equalised channels")
struct ChannelEqualisationSpecs {
    /// Every kind of layer: residuals, poolings, a gate, a rearrangement, parts side by side, a bounded ReLU whose bound matters, hard-swish.
    private static let graph: Graph = {
        var builder = GraphBuilder(architecture: "all")
        let stem = builder.activation(.relu6, builder.convolution("stem", builder.input, outputs: 8, kernel: 3, hasBias: true))
        var x = builder.activation(
            .relu6, builder.convolution("depthwise", stem, outputs: 8, kernel: 3, stride: 2, groups: 8, hasBias: true))
        x = builder.convolution("project", x, outputs: 6, kernel: 1, hasBias: true)
        let wide = builder.activation(.relu, builder.convolution("wide", x, outputs: 10, kernel: 1, hasBias: true))
        x = builder.add(builder.convolution("narrow", wide, outputs: 6, kernel: 1, hasBias: true), x)
        let pooled = builder.maxPool(x, kernel: 3, stride: 1, padding: .symmetric(1))
        let averaged = builder.averagePool(x, kernel: 3, stride: 1, padding: .symmetric(1))
        x = builder.activation(.relu, builder.add(pooled, averaged))
        let parts = [Convolution(inputs: 3, outputs: 5, kernel: 1), Convolution(inputs: 3, outputs: 3, kernel: 3, padding: .symmetric(1))]
        let mixed = builder.activation(.relu, builder.mixedConvolution("mixed", x, parts: parts))
        x = builder.shuffle(builder.concatenate([mixed, builder.convolution("side", x, outputs: 4, kernel: 1)]), groups: 2)
        let squeezed = builder.activation(.relu, builder.linear("squeeze", builder.globalAveragePool(x), outputs: 3))
        x = builder.channelScale(x, by: builder.activation(.sigmoid, builder.linear("excite", squeezed, outputs: 12)))
        x = builder.activation(.hardSwish, builder.convolution("swish", x, outputs: 5, kernel: 1, hasBias: true))
        x = builder.activation(.relu, builder.convolution("last", x, outputs: 7, kernel: 1, hasBias: true))
        return builder.head("head", builder.globalAveragePool(x), classes: 3)
    }()

    private let plan: any FloatInferencePlan
    private let folded: FoldedNetwork
    private let calibration: Calibration
    private let pictures = ToyNetwork.pictures(6, seed: 11)

    init() throws {
        // Channels of very different size: each output's weights by a factor of its own.
        var tensors = ParameterSet.initial(for: Self.graph, seed: 2).tensors
        var random = SeededRandom(seed: 8)
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let outputs = tensor.shape[0], each = tensor.values.count / outputs
            let factors = (0..<outputs).map { _ in Float(random.uniform(0, 2)) }
            for place in tensor.values.indices {
                if name.hasSuffix("bias") { tensors[name]?.values[place] = Float(random.normal() * 0.3) }
                tensors[name]?.values[place] *= factors[place / each] * factors[place / each] * (name == "stem.weight" ? 4 : 1)
            }
        }
        let parameters = try ParameterSet(tensors, for: Self.graph)
        folded = try Self.graph.folded(with: parameters)
        plan = try ReferenceBackend().inferencePlan(Self.graph, parameters, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures.flatMap { $0 }, count: 6)
        self.calibration = calibration
    }

    private func index(_ name: String) throws -> Int { try #require(folded.network.layers.firstIndex { $0.name == name }) }

    @Test(
        "in plain float loops the equalised network is the network, each channel divided by its factor",
        arguments: CalibrationMethod.allCases)
    func isTheSameFunction(method: CalibrationMethod) throws {
        // Given an equalised network, and the bounds that its ReLU6 had
        let equalisation = ChannelEqualisation(folded.network, ranges: calibration.channelRanges(method))
        var equalised = ReferenceFloat(model: try equalisation.applied(to: folded))
        let stem = try index("stem")
        var bounded = 0
        for (index, layer) in folded.network.layers.enumerated() where layer.kind.activation == .relu6 {
            #expect(equalised.model.network.layers[index].kind.activation == .relu)
            equalised.bounds[index] = equalisation.factors[index].map { Float(6 / $0) }
            bounded += 1
        }
        #expect(bounded == 2)
        // When both run
        for picture in pictures {
            let before = ReferenceFloat(model: folded).run(picture, side: ToyNetwork.side)
            let after = equalised.run(picture, side: ToyNetwork.side)
            // Then all layers are equal to the rounding of float
            for (index, (a, b)) in zip(before, after).enumerated() {
                let area = a.height * a.width
                let size = a.numbers.map(abs).max() ?? 0
                let difference = zip(a.numbers, b.numbers).enumerated().reduce(Float(0)) { worst, item in
                    max(worst, abs(item.element.0 - item.element.1 * Float(equalisation.factors[index][item.offset / area])))
                }
                #expect(difference <= 2e-5 * size, "layer \(index) \(folded.network.layers[index].name)")
            }
            // And the bound mattered
            #expect(before[stem].numbers.contains(6))
        }
        #expect(equalisation.factors.flatMap { $0 }.contains { abs($0 - 1) > 0.5 })
    }

    @Test("what is added, pooled or handed on shares its factors; the picture, gates, hard-swish and the logits keep their values")
    func sharesFactors() throws {
        let factors = ChannelEqualisation(folded.network, ranges: calibration.channelRanges(.mse)).factors
        let layers = folded.network.layers
        func isOne(_ layer: Int) -> Bool { factors[layer].allSatisfy { $0 == 1 } }
        let fixed = [0, try index("excite"), try index("swish"), layers.count - 1]
        for layer in fixed { #expect(isOne(layer), "layer \(layer)") }
        // What reads only from fixed layers is free itself
        for name in ["stem", "depthwise", "wide", "squeeze", "last"] {
            let layer = try index(name)
            #expect(!isOne(layer), "\(name)")
        }
        // Residual operand and sum, pooling and input, sum and operands
        var checked = 0
        for (index, layer) in layers.enumerated() {
            switch layer.kind {
            case .maxPool, .averagePool, .globalAveragePool, .add:
                for input in layer.inputs { #expect(factors[index] == factors[input], "layer \(index)") }
                checked += 1
            case .convolution(_, _, .some(let residual)):
                #expect(factors[index] == factors[residual])
                checked += 1
            case .channelScale:
                #expect(factors[index] == factors[layer.inputs[0]])
                checked += 1
            case .route(let sources):
                #expect(factors[index] == sources.map { factors[layer.inputs[$0.input]][$0.channel] })
                #expect(!isOne(index))
                checked += 1
            default: break
            }
        }
        #expect(checked == 8)
    }

    @Test("a factor is the geometric mean of the channel's range and the largest; nothing lies above the largest of the layer's group")
    func followsTheRanges() throws {
        let ranges = calibration.channelRanges(.minmax)
        let equalisation = ChannelEqualisation(folded.network, ranges: ranges)
        let wide = try index("wide")
        let largest = try #require(ranges[wide].max())
        for (range, factor) in zip(ranges[wide], equalisation.factors[wide]) {
            #expect(abs(factor - (max(range, largest * 1e-3) * largest).squareRoot()) < 1e-12 * largest)
        }
        #expect(abs((equalisation.tops[wide] ?? 0) - 1) < 1e-12)
    }

    @Test("ReLU6 that shares its factors with wider values stays ReLU6, and keeps its values with all of them")
    func boundedWithWiderValues() throws {
        // Given a sum with a ReLU6 in which channel 0 reaches 20, so that it has a factor of 20 and the other one √60
        let layers = [
            FusedNetwork.Layer(name: "", kind: .input(channels: 3), inputs: []),
            FusedNetwork.Layer(
                name: "a", kind: .convolution(Convolution(inputs: 3, outputs: 2, kernel: 1), activation: .relu6, residual: nil), inputs: [0]
            ),
            FusedNetwork.Layer(
                name: "b", kind: .convolution(Convolution(inputs: 2, outputs: 2, kernel: 1), activation: nil, residual: 1), inputs: [1]),
            FusedNetwork.Layer(name: "", kind: .globalAveragePool, inputs: [2]),
            FusedNetwork.Layer(name: "head", kind: .linear(Linear(inputs: 2, outputs: 2), activation: nil), inputs: [3]),
        ]
        let network = FusedNetwork(architecture: "sum", classes: 2, layers: layers)
        let wide = ChannelEqualisation(network, ranges: [[1, 1, 1], [3, 3], [20, 3], [20, 3], [1, 1]])
        // Then the grid, which has to hold 3 / √60, would let channel 0 go up to 20 · 3 / √60 = 7.7
        #expect(wide.factors.flatMap { $0 }.allSatisfy { $0 == 1 })
        #expect(wide.tops.allSatisfy { $0 == nil })
        // Where the grid ends at 3 / 10, channel 0 goes up to 6 and no further
        let bounded = ChannelEqualisation(network, ranges: [[1, 1, 1], [6, 0.5], [20, 0.5], [20, 0.5], [1, 1]])
        #expect(abs(bounded.factors[1][0] - 20) < 1e-12)
        #expect(abs((bounded.tops[1] ?? 0) - 0.3) < 1e-12)
        // And one in which nothing is wider
        let narrow = ChannelEqualisation(network, ranges: [[1, 1, 1], [6, 0.5], [6, 0.5], [6, 0.5], [1, 1]])
        #expect(narrow.factors[1] == [6, 3.0.squareRoot()])
        #expect(narrow.tops[1] == 1)
    }

    /// Channels of 255 and 17/15 behind a convolution, one picture a row: levels of the first are whole numbers, of the second fifteenths.
    private func uneven() throws -> (graph: Graph, parameters: ParameterSet, pictures: [[Float]]) {
        var builder = GraphBuilder(architecture: "uneven")
        let x = builder.activation(.relu, builder.convolution("stem", builder.input, outputs: 2, kernel: 1, hasBias: true))
        let graph = builder.head("head", builder.globalAveragePool(x), classes: 3)
        let parameters = try ParameterSet(
            [
                "stem.weight": FloatTensor(shape: [2, 3, 1, 1], values: [2, 0, 0, 0, 1.0 / 15, 0]),
                "stem.bias": FloatTensor(shape: [2], values: [1, 0]),
                "head.weight": FloatTensor(shape: [3, 2], values: [1.0 / 255, 0, 0, 1, 1.0 / 255, -1.0 / 17]),
                "head.bias": FloatTensor(shape: [3], values: [0, 0, 0.5]),
            ], for: graph)
        return (graph, parameters, (0..<18).map { [Float(($0 * 53) % 127), Float($0), 0] } + [[127, 17, 3]])
    }

    @Test("channels whose ranges differ by 225 are exact in 8 bits once equalised, and far off before")
    func becomesExact() throws {
        let (graph, parameters, pictures) = try uneven()
        let folded = try graph.folded(with: parameters)
        let plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 1, side: 1, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        for picture in pictures { try calibration.observe(picture, count: 1) }
        func worst(_ network: QuantisedNetwork) -> Float {
            pictures.reduce(0) { worst, picture in
                let float = ReferenceFloat(model: folded).run(picture, side: 1).last?.numbers ?? []
                return zip(float, ReferenceInt8(model: network).run(picture, side: 1).logits).reduce(worst) { max($0, abs($1.0 - $1.1)) }
            }
        }
        // Given the same scales method, without equalisation half a level of 255 is half of 1, and the second channel ends at 17/15
        let plain = try Quantiser.quantise(folded, scales: calibration.scales())
        #expect(worst(plain) > 0.4)
        // When equalised, then every value is a level: the factors are 255 and 17, the weights of the head 1 and 1
        let equalised = try EqualisedNetwork(folded, calibration: calibration, method: .minmax).quantised(weightBits: 8)
        #expect(worst(equalised) < 1e-5)
    }

    @Test("oneDNN's plan of an equalised network with a replaced ReLU6 gives the logits of the integer specification")
    func onOneDNN() throws {
        let backend = OneDNNBackend()
        guard backend.hasWideInt8Products else { return }
        // Given a network of convolutions with ReLU6 and one residual
        var builder = GraphBuilder(architecture: "bottleneck")
        var x = builder.activation(.relu6, builder.convolution("stem", builder.input, outputs: 8, kernel: 3, stride: 2, hasBias: true))
        let linear = builder.convolution("linear", x, outputs: 6, kernel: 1, hasBias: true)
        x = builder.activation(.relu6, builder.convolution("expand", linear, outputs: 16, kernel: 1, hasBias: true))
        x = builder.activation(.relu6, builder.convolution("depthwise", x, outputs: 16, kernel: 3, groups: 16, hasBias: true))
        x = builder.add(builder.convolution("project", x, outputs: 6, kernel: 1, hasBias: true), linear)
        x = builder.activation(.relu6, builder.convolution("last", x, outputs: 16, kernel: 1, hasBias: true))
        let graph = builder.head("head", builder.globalAveragePool(x), classes: 3)
        let parameters = ParameterSet.initial(for: graph, seed: 6)
        let folded = try graph.folded(with: parameters)
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        var calibration = Calibration(method: .mse, plan: plan)
        try calibration.observe(pictures.flatMap { $0 }, count: 6)
        let network = try EqualisedNetwork(folded, calibration: calibration, method: .mse).quantised(weightBits: 8)
        #expect(!network.network.layers.contains { $0.kind.activation == .relu6 })
        // When both compute it
        let int8 = try backend.inferencePlan(network, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        let got = try pictures.flatMap { $0 }.withUnsafeBufferPointer { try int8.run($0, count: 6) }
        let expected = pictures.flatMap { ReferenceInt8(model: network).run($0, side: ToyNetwork.side).logits }
        let size = expected.map(abs).max() ?? 0
        #expect(got.count == expected.count)
        for (a, b) in zip(got, expected) { #expect(abs(a - b) < 0.01 * size) }
    }
}
