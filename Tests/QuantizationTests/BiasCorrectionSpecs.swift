import Engine
import ModelFormat
import Quantization
import Tensors
import Testing

@Suite("Corrected biases")
struct BiasCorrectionSpecs {
    @Test("over the calibration pictures the mean of every logit is float's")
    func keepsTheMean() throws {
        // Given features that are whole numbers up to 127, so that they are exact, and a head whose weights are not
        var builder = GraphBuilder(architecture: "mean")
        let graph = builder.head("head", builder.globalAveragePool(builder.input), classes: 2)
        let parameters = try ParameterSet(
            [
                "head.weight": FloatTensor(shape: [2, 3], values: [1, 0.0042, -0.3345, 0.771, 0.5003, -0.9]),
                "head.bias": FloatTensor(shape: [2], values: [0.25, -1]),
            ], for: graph)
        let folded = try graph.folded(with: parameters)
        var pictures: [[Float]] = [[127, 127, 127]]
        for number in 0..<40 {
            let picture = [number % 7 + 120, number * 11 % 90, number * 5 % 64 + 30]
            pictures.append(picture.map { Float($0) })
        }
        let plan = try ReferenceBackend().inferencePlan(graph, parameters, PlanOptions(batch: 41, side: 1, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures.flatMap { $0 }, count: 41)
        func mean(_ logits: ([Float]) -> [Float]) -> [Double] {
            var sums: [Double] = [0, 0]
            for row in pictures.map(logits) {
                for logit in 0..<2 { sums[logit] += Double(row[logit]) / 41 }
            }
            return sums
        }
        let float = mean { ReferenceFloat(model: folded).run($0, side: 1).last?.numbers ?? [] }
        func int8(_ network: QuantisedNetwork) -> [Double] { mean { ReferenceInt8(model: network).run($0, side: 1).logits } }
        // When it is quantised, then the rounded weights move the mean, and the corrected bias moves it back
        let plain = int8(try Quantiser.quantise(folded, scales: calibration.scales()))
        let corrected = int8(try EqualisedNetwork(folded, calibration: calibration, method: .minmax).quantised(weightBits: 8))
        for logit in 0..<2 {
            #expect(abs(plain[logit] - float[logit]) > 0.05)
            #expect(abs(corrected[logit] - float[logit]) < 1e-4)
        }
    }
}
