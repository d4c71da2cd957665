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
        // Given a plan for several pictures on two threads
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let network = try quantised(one, pictures)
        let plan = try OneDNNInt8Plan(network, PlanOptions(batch: one.batch, side: one.side, threads: 2))
        let layers = network.network.layers, areFeatures = network.network.areFeatures, size = pictures.count / one.batch
        var logits: [Float] = []
        for picture in 0..<one.batch {
            let input = Array(pictures[(picture * size)..<((picture + 1) * size)])
            var values: [Planes] = []
            var worst: [(layer: Int, levels: Double)] = []
            // When it shows how it holds each layer of a picture
            try plan.observe(input) { index, shape, numbers in
                var got = Planes(shape: [1] + shape)
                got.numbers = numbers.map(Double.init)
                defer { values.append(got) }
                let reference = ReferenceInt8Layer(network: network, index: index, shape: shape)
                let expected = index == 0 ? input.map(Double.init) : reference.real(values).numbers
                let scale = network.activations[index], unit = Double(scale.scale)
                try #require(expected.count == got.numbers.count)
                if areFeatures[index] {
                    let largest = expected.map(abs).max() ?? 0
                    worst.append((index, zip(got.numbers, expected).map { abs($0 - $1) }.max().map { 1e5 * $0 / max(largest, 1) } ?? 0))
                    return
                }
                let bounds = scale.isSigned ? -128 * unit...127 * unit : 0...255 * unit
                // The picture keeps to 127 on both sides.
                let clamped = expected.map { min(max($0, index == 0 ? -127 * unit : bounds.lowerBound), bounds.upperBound) }
                worst.append((index, zip(got.numbers, clamped).map { abs($0 - $1) / unit }.max() ?? 0))
            }
            // Then no integer is further from the real number than the nearest one, but for float's own rounding; features differ by a hundred-thousandth
            for (layer, levels) in worst { #expect(levels < 0.53, "layer \(layer) \(layers[layer].name) of picture \(picture)") }
            logits += values.last?.numbers.map { Float($0) } ?? []
        }
        // And all pictures together, cut into slices, give the same logits
        let together = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.run(pictures, count: one.batch) }
        #expect(together == logits)
    }
}
