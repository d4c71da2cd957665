import Engine
import ModelFormat
import Quantization
import Testing

@Suite("Calibration")
struct CalibrationSpecs {
    let graph = ToyNetwork.graph()
    let plan: any FloatInferencePlan
    let reference: ReferenceFloat
    let pictures = ToyNetwork.pictures(6, seed: 1)

    init() throws {
        let parameters = try ToyNetwork.parameters(graph)
        plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 4, side: ToyNetwork.side, threads: 1))
        reference = ReferenceFloat(model: try graph.folded(with: parameters))
    }

    @Test("the largest magnitude of each layer over all pictures, on the grid of its sign")
    func minmax() throws {
        // Given a calibration over two batches
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures[0..<4].flatMap { $0 }, count: 4)
        try calibration.observe(pictures[4..<6].flatMap { $0 }, count: 2)
        // When scales are asked for
        let scales = try calibration.scales()
        // Then each is the largest magnitude that the plain interpreter finds, over 127 or 255
        #expect(calibration.pictures == 6)
        let results = pictures.map { reference.run($0, side: ToyNetwork.side) }
        let layers = plan.network.layers
        #expect(scales.count == layers.count)
        for (index, layer) in layers.enumerated().dropLast() {
            if case .maxPool = layer.kind { continue }
            let largest = results.flatMap { $0[index].numbers }.map(abs).max() ?? 0
            #expect(scales[index].scale == largest / (scales[index].isSigned ? 127 : 255), "layer \(index)")
        }
    }

    @Test("signed where values can be negative, unsigned after ReLU and what is pooled from it, a pooling on its input's grid")
    func signs() throws {
        var calibration = Calibration(method: .percentile, plan: plan)
        try calibration.observe(pictures[0], count: 1)
        let scales = try calibration.scales()
        // input · stem+ReLU6 · depthwise+sum · maximum · project+ReLU · mean · head
        #expect(plan.network.layers.map(\.name).filter { !$0.isEmpty && $0 != "input" } == ["stem", "depthwise", "project", "head"])
        #expect(scales.map(\.isSigned) == [true, false, true, true, false, false, true])
        #expect(scales[3] == scales[2])
        #expect(scales[5].scale < scales[4].scale)
    }

    @Test("what a concatenation gathers lies on one grid, the largest, but for ReLU6 and the other sign")
    func sharedGrids() throws {
        // Given ReLU, no activation, ReLU and ReLU6 side by side, and a pooling behind
        var builder = GraphBuilder(architecture: "shared")
        let a = builder.activation(.relu, builder.convolution("a", builder.input, outputs: 2, kernel: 1))
        let b = builder.convolution("b", builder.input, outputs: 2, kernel: 3)
        let c = builder.activation(.relu, builder.convolution("c", b, outputs: 3, kernel: 3))
        let d = builder.activation(.relu6, builder.convolution("d", builder.input, outputs: 2, kernel: 3))
        let unsigned = builder.maxPool(builder.concatenate([a, c, d]), kernel: 2, stride: 2)
        let signed = builder.convolution("e", builder.concatenate([a, b]), outputs: 3, kernel: 2, stride: 2, padding: 0)
        let graph = builder.head("head", builder.globalAveragePool(builder.concatenate([unsigned, signed])), classes: 3)
        let parameters = ParameterSet.initial(for: graph, seed: 6)
        let plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures.flatMap { $0 }, count: 6)
        // When scales are asked for
        let scales = try calibration.scales(), layers = plan.network.layers
        func scale(_ name: String) throws -> ActivationScale { scales[try #require(layers.firstIndex { $0.name == name })] }
        let routes = layers.indices.filter { if case .route = layers[$0].kind { true } else { false } }
        let pool = try #require(layers.firstIndex { if case .maxPool = $0.kind { true } else { false } })
        // Then the unsigned ones and their pooling have one, as have the signed ones; the others have their own
        try #require(routes.count == 3)
        let (gathered, other, last) = (scales[routes[0]], scales[routes[1]], scales[routes[2]])
        #expect(try scale("a") == gathered && scale("c") == gathered && scales[pool] == gathered && !gathered.isSigned)
        #expect(try scale("b") == other && other.isSigned)
        #expect(try scale("e") == last && last.isSigned)
        #expect(try scale("d").scale != gathered.scale && !scale("d").isSigned)
        let float = ReferenceFloat(model: try graph.folded(with: parameters))
        let largest = pictures.flatMap { float.run($0, side: ToyNetwork.side)[routes[0]].numbers }.max() ?? 0
        #expect(gathered.scale == largest / 255)
    }

    @Test("percentile cuts outliers off, minmax keeps them")
    func percentileIsNarrower() throws {
        var outlier = pictures[0]
        outlier[0] = 1000
        var calibration = Calibration(method: .percentile, plan: plan)
        for picture in ToyNetwork.pictures(60, seed: 9) { try calibration.observe(picture, count: 1) }
        try calibration.observe(outlier, count: 1)
        // 61 · 432 values: the largest two may go
        #expect(try calibration.scales(.percentile)[0].scale < 10.0 / 127)
        #expect(try calibration.scales(.minmax)[0].scale == 1000.0 / 127)
    }

    @Test("a picture that makes a layer infinite is named, no picture is no calibration")
    func refuses() throws {
        var calibration = Calibration(method: .minmax, plan: plan)
        #expect(throws: QuantizationError.noPictures(role: "calibration")) { try calibration.scales() }
        var broken = pictures[0]
        broken[5] = .infinity
        #expect(throws: QuantizationError.notFinite(layer: "input")) { try calibration.observe(broken, count: 1) }
    }

    @Test("the int8 network stays close to the float one")
    func int8IsClose() throws {
        var calibration = Calibration(method: .minmax, plan: plan)
        for picture in pictures { try calibration.observe(picture, count: 1) }
        let network = try Quantiser.quantise(reference.model, scales: calibration.scales())
        var (difference, size) = (0.0, 0.0)
        for picture in pictures {
            let float = reference.run(picture, side: ToyNetwork.side).last?.numbers ?? []
            let int8 = ReferenceInt8(model: network).run(picture, side: ToyNetwork.side).logits
            #expect(int8.count == 3)
            for (a, b) in zip(float, int8) {
                difference += Double((a - b) * (a - b))
                size += Double(a * a)
            }
        }
        // Half a step of 255 is 0.2 % of a layer's range; the logits' mean, which is large, has been taken out by the head's bias
        #expect((difference / size).squareRoot() < 0.05)
        #expect(difference > 0)
    }

    @Test("hard-swish and SiLU go a little below zero and are signed; gates are not")
    func signsOfActivations() {
        func isSigned(_ activation: Activation) -> Bool? {
            let convolution = Convolution(inputs: 3, outputs: 4, kernel: 1)
            let network = FusedNetwork(
                architecture: "one", classes: 4,
                layers: [
                    FusedNetwork.Layer(name: "", kind: .input(channels: 3), inputs: []),
                    FusedNetwork.Layer(name: "a", kind: .convolution(convolution, activation: activation, residual: nil), inputs: [0]),
                ])
            return ActivationSigns.areSigned(network).last
        }
        for activation in [Activation.hardSwish, .silu] { #expect(isSigned(activation) == true) }
        for activation in [Activation.relu, .relu6, .sigmoid, .hardSigmoid] { #expect(isSigned(activation) == false) }
    }
}
