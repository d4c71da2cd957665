import Engine
import EngineOneDNN
import Quantization
import Testing

/// Every operation in int8 inference: each layer of a plan against the definition in float64, from the integers that the plan itself has before it.
@Suite("An int8 inference plan")
struct Int8PlanConformanceSpecs {
    private let backend = OneDNNBackend()

    /// The case's network on the grids of its own pictures, with weights as wide as this machine multiplies exactly.
    private func quantised(_ one: ConformanceCase, _ pictures: [Float]) throws -> QuantisedNetwork {
        let parameters = try parameters(for: one.graph)
        let plan = try backend.inferencePlan(one.graph, parameters, PlanOptions(batch: one.batch, side: one.side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures, count: one.batch)
        return try Quantiser.quantise(
            one.graph.folded(with: parameters), scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
    }

    @Test("rounds each layer's result to the nearest level", arguments: ConformanceCase.all + ConformanceCase.int8)
    func equalsReference(one: ConformanceCase) throws {
        // Given its int8 form, all in 8 bits
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        // Then
        try check(quantised(one, pictures), pictures, one)
    }

    @Test(
        "with layers left in float rounds nothing between them, and all else as before",
        arguments: ConformanceCase.all + ConformanceCase.int8)
    func leavesLayersInFloat(one: ConformanceCase) throws {
        // Given its int8 form with every other layer in float, from the first or the second on
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let network = try quantised(one, pictures), folded = try one.graph.folded(with: parameters(for: one.graph))
        let layers = Array(network.network.layers.indices.dropFirst())
        for parity in 0...1 {
            // Then
            try check(network.leaving(Set(layers.filter { $0 % 2 == parity }), inFloat: folded), pictures, one)
        }
        // And with all of them in float it is the float network
        let options = PlanOptions(batch: one.batch, side: one.side, threads: 2)
        let mixed = try OneDNNInt8Plan(network.leaving(Set(layers), inFloat: folded), options)
        let float = try backend.inferencePlan(one.graph, parameters(for: one.graph), options)
        let (got, expected) = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in
            (try mixed.run(pictures, count: one.batch), try float.run(pictures, count: one.batch))
        }
        let largest = expected.map(abs).max() ?? 0
        for (got, expected) in zip(got, expected) { #expect(abs(got - expected) <= 1e-5 * max(largest, 1)) }
    }

    /// Each layer as the plan holds it against what the definition makes of the layers before, and the batch against its pictures.
    private func check(_ network: QuantisedNetwork, _ pictures: [Float], _ one: ConformanceCase) throws {
        // A plan for several pictures on two threads
        let plan = try OneDNNInt8Plan(network, PlanOptions(batch: one.batch, side: one.side, threads: 2))
        let layers = network.network.layers, areFeatures = network.network.areFeatures, areFloat = network.areFloat,
            size = pictures.count / one.batch
        var logits: [Float] = []
        for picture in 0..<one.batch {
            let input = Array(pictures[(picture * size)..<((picture + 1) * size)])
            var values: [Planes] = []
            var worst: [(layer: Int, levels: Double)] = []
            // It shows how it holds each layer of a picture
            try plan.observe(input) { index, shape, numbers in
                var got = Planes(shape: [1] + shape)
                got.numbers = numbers.map(Double.init)
                defer { values.append(got) }
                let reference = ReferenceInt8Layer(network: network, index: index, shape: shape, picture: input.map(Double.init))
                let expected = index == 0 ? input.map(Double.init) : reference.real(values).numbers
                let scale = network.activations[index], unit = Double(scale.scale)
                try #require(expected.count == got.numbers.count)
                if areFeatures[index] || areFloat[index] {
                    let largest = expected.map(abs).max() ?? 0
                    worst.append((index, zip(got.numbers, expected).map { abs($0 - $1) }.max().map { 1e5 * $0 / max(largest, 1) } ?? 0))
                    return
                }
                let bounds = scale.isSigned ? -128 * unit...127 * unit : 0...255 * unit
                // The picture keeps to 127 on both sides.
                let clamped = expected.map { min(max($0, index == 0 ? -127 * unit : bounds.lowerBound), bounds.upperBound) }
                worst.append((index, zip(got.numbers, clamped).map { abs($0 - $1) / unit }.max() ?? 0))
            }
            // No integer is further from the real number than the nearest one, but for float's own rounding and for that of transformed weights;
            // features differ by a hundred-thousandth
            for (layer, levels) in worst {
                #expect(
                    levels < bound(layers[layer].kind), "layer \(layer) \(layers[layer].name) of picture \(picture)")
            }
            logits += values.last?.numbers.map { Float($0) } ?? []
        }
        // All pictures together, cut into slices, give the same logits
        let together = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.run(pictures, count: one.batch) }
        #expect(together == logits)
    }

    /// How far a result may be from the real number. Where Winograd's filtering may have made it, the weights were rounded a second time, to a part of what is summed:
    /// of more levels behind an activation that cuts most of that off.
    private func bound(_ kind: FusedNetwork.Kind) -> Double {
        guard !backend.hasWideInt8Products, case .convolution(let convolution, let activation, _) = kind, convolution.kernel == 3,
            convolution.stride == 1, convolution.groups == 1, convolution.inputs >= 16, convolution.outputs >= 24
        else { return 0.53 }
        return activation == nil || activation == .relu ? 0.6 : 1.5
    }
}
