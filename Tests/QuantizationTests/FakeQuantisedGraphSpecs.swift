import Engine
import EngineOneDNN
import Networks
import Testing

@testable import Quantization

/// What quantisation-aware training sees is what int8 plans compute.
@Suite("A graph that rounds as int8 does")
struct FakeQuantisedGraphSpecs {
    private let backend = OneDNNBackend()
    private var weightBits: Int { backend.hasWideInt8Products ? 8 : 7 }

    /// ‖a − b‖ / ‖b‖, every logit less its mean over the pictures.
    private func distance(_ a: [Float], _ b: [Float], classes: Int) -> Double {
        var (difference, size) = (0.0, 0.0)
        for logit in 0..<classes {
            let places = Array(stride(from: logit, to: b.count, by: classes))
            let mean = places.reduce(0.0) { $0 + Double(b[$1]) } / Double(places.count)
            for place in places {
                difference += (Double(a[place]) - Double(b[place])) * (Double(a[place]) - Double(b[place]))
                size += (Double(b[place]) - mean) * (Double(b[place]) - mean)
            }
        }
        return (difference / max(size, .leastNormalMagnitude)).squareRoot()
    }

    @Test("gives in training the logits of the int8 plan, for a network so small that no rounding sets off others")
    func equalsInt8() throws {
        // Given a network of six layers in 8-bit weights, on the grids of its own pictures
        let graph = ToyNetwork.graph(), options = PlanOptions(batch: 12, side: ToyNetwork.side, threads: 1)
        let parameters = try ToyNetwork.parameters(graph)
        let pictures = ToyNetwork.pictures(12, seed: 1).flatMap { $0 }
        let float = try backend.inferencePlan(graph, parameters, options)
        var calibration = Calibration(method: .minmax, plan: float)
        try calibration.observe(pictures, count: 12)
        let start = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax)
        // When both compute it
        let (trained, int8) = try logits(start, pictures, headName: graph.headName, options)
        // Then they differ by what a few values rounded to the neighbouring level are worth
        let size = int8.map(abs).max() ?? 0
        #expect(trained.count == int8.count && size > 0)
        for (a, b) in zip(trained, int8) { #expect(abs(a - b) < 0.01 * size) }
    }

    /// What the training plan with rounding and the int8 plan make of pictures with the same 8-bit weights.
    private func logits(
        _ start: EqualisedNetwork, _ pictures: [Float], headName: String, _ options: PlanOptions
    ) throws -> (trained: [Float], int8: [Float]) {
        let rounding = try FakeQuantisedGraph.graph(of: start.folded.network, scales: start.scales, headName: headName)
        var tensors = start.folded.weights
        for specification in rounding.parameterSpecifications where specification.role == .weight {
            let weight = try #require(tensors[specification.name])
            tensors[specification.name]?.values.withUnsafeMutableBufferPointer {
                Quantiser.round(weight, weightBits: weightBits, into: $0)
            }
        }
        let training = try backend.trainingPlan(rounding, options)
        try training.load(ParameterSet(tensors, for: rounding))
        let seen = FakeQuantisedGraph.rounded(pictures: pictures, scale: start.scales[0])
        let network = try Quantiser.quantise(start.folded, scales: start.scales, weightBits: weightBits)
        let int8 = try backend.inferencePlan(network, options)
        return (
            try seen.withUnsafeBufferPointer { try training.forward($0, seed: 0) },
            try pictures.withUnsafeBufferPointer { try int8.run($0, count: options.batch) }
        )
    }

    /// A number half way between two levels goes up in one computation and down in the other, by float's own rounding; in a deep network of random weights each such step sets off
    /// others, so that the deepest ones are as far from int8 as the bounds say: measured 0.30, 0.27, 0.16, 0.34, 0.60 and 0.85.
    @Test(
        "is nearer to the int8 plan of the same weights than int8 is to float",
        arguments: zip(
            ["resnet18", "mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x1_0", "mobilenetv3_large_100", "mixnet_s"],
            [0.5, 0.5, 0.3, 0.5, 0.8, 1]))
    func isNearInt8(name: String, bound: Double) throws {
        // Given a network of random weights, equalised and calibrated on pictures, each of a colour and a contrast of its own
        let graph = try NetworkCatalogue.graph(name, classes: 10), side = 65, count = 4
        let parameters = ParameterSet.initial(for: graph, seed: 3)
        let pictures = ColouredPictures.numbers(count, side: side)
        let options = PlanOptions(batch: count, side: side, threads: 2)
        let float = try backend.inferencePlan(graph, parameters, options)
        var calibration = Calibration(method: .minmax, plan: float)
        try calibration.observe(pictures, count: count)
        let start = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax)
        // When its 8-bit weights go through the training plan with rounding, and through the int8 plan
        let (trained, int8) = try logits(start, pictures, headName: graph.headName, options)
        let exact = try pictures.withUnsafeBufferPointer { try float.run($0, count: count) }
        // Then what training sees says more of int8 than float does
        let apart = distance(trained, int8, classes: 10), error = distance(int8, exact, classes: 10)
        print("\(name): rounding in training and int8 differ by \(apart), int8 and float by \(error)")
        #expect(apart < bound * error)
    }

    @Test("folds to the network that it was made of, so that an inference plan runs it without rounding")
    func folds() throws {
        // Given a network with residuals, gates, rearrangements and every kind of convolution
        for name in ["mobilenet_v2", "shufflenet_v2_x1_0", "mixnet_s", "squeezenet1_1"] {
            let graph = try NetworkCatalogue.graph(name, classes: 3)
            let network = try graph.fused()
            let scales = network.layers.map { _ in ActivationScale(scale: 0.1, isSigned: true) }
            let rounding = try FakeQuantisedGraph.graph(of: network, scales: scales, headName: graph.headName)
            // Then the same layers come out of it, but that each convolution has a bias of its own
            let again = try rounding.fused()
            #expect(again.layers.map(\.name) == network.layers.map(\.name), "\(name)")
            #expect(again.layers.map(\.inputs) == network.layers.map(\.inputs), "\(name)")
            #expect(again.layers.map(\.kind.residual) == network.layers.map(\.kind.residual), "\(name)")
        }
    }
}
