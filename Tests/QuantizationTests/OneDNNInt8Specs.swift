import Engine
import EngineOneDNN
import ModelFormat
import Quantization
import Testing

@Suite("oneDNN's plans against the plain interpreters")
struct OneDNNInt8Specs {
    let graph = ToyNetwork.graph()
    let backend = OneDNNBackend()
    let parameters: ParameterSet
    let folded: FoldedNetwork

    init() throws {
        parameters = try ToyNetwork.parameters(graph)
        folded = try graph.folded(with: parameters)
    }

    @Test("a float plan shows every layer as the plain interpreter computes it")
    func floatLayers() throws {
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 2, side: ToyNetwork.side, threads: 1))
        let pictures = ToyNetwork.pictures(2, seed: 7)
        let expected = pictures.map { ReferenceFloat(model: folded).run($0, side: ToyNetwork.side) }
        var seen: Set<Int> = []
        try pictures.flatMap { $0 }.withUnsafeBufferPointer { buffer in
            try plan.observe(buffer, count: 2) { layer, values in
                seen.insert(layer)
                let reference = expected.flatMap { $0[layer].numbers }
                #expect(values.count == reference.count, "layer \(layer)")
                for (a, b) in zip(values, reference) where abs(a - b) > 1e-4 * max(1, abs(b)) {
                    Issue.record("layer \(layer): \(a), expected \(b)")
                }
            }
        }
        #expect(seen == Set(folded.network.layers.indices))
    }

    @Test("an int8 plan gives the logits of the integer specification", arguments: [8, 7])
    func int8Logits(weightBits: Int) throws {
        // Given a calibrated network
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        let pictures = ToyNetwork.pictures(6, seed: 1)
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures.flatMap { $0 }, count: 6)
        // 8-bit weights are exact only where products are summed without saturation
        guard weightBits == 7 || backend.hasWideInt8Products else { return }
        let network = try Quantiser.quantise(folded, scales: calibration.scales(), weightBits: weightBits)
        // When both compute it
        let int8 = try backend.inferencePlan(network, PlanOptions(batch: 6, side: ToyNetwork.side, threads: 1))
        let got = try pictures.flatMap { $0 }.withUnsafeBufferPointer { try int8.run($0, count: 6) }
        let expected = pictures.flatMap { ReferenceInt8(model: network).run($0, side: ToyNetwork.side).logits }
        // Then they differ by what a few values rounded to the neighbouring level are worth, far below the error of int8 itself
        let size = expected.map(abs).max() ?? 0
        #expect(got.count == expected.count)
        for (a, b) in zip(got, expected) { #expect(abs(a - b) < 0.01 * size) }
    }
}
