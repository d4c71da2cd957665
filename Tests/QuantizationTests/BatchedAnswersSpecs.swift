import Base
import Engine
import EngineOneDNN
import Foundation
import Inference
import ModelFormat
import Networks
import Quantization
import TestSupport
import Testing

@Suite("answers of real networks, alone and together", .timeLimit(.minutes(3)))
struct BatchedAnswersSpecs {
    /// With depthwise convolutions and with dense ones of 3×3, which oneDNN computes in another way for more pictures (Winograd).
    @Test(
        "a picture gets the same logits whatever goes through the network with it, in float and in int8",
        arguments: ["mobilenet_v2", "resnet18"])
    func batchesChangeNothing(network: String) async throws {
        // Given a network with random weights and its int8 form, and seven pictures of random numbers
        let side = 64
        let backend = OneDNNBackend()
        let graph = try NetworkCatalogue.graph(network, classes: 5)
        let parameters = ParameterSet.initial(for: graph, seed: 3)
        var random = SeededRandom(seed: 4)
        let pictures = (0..<7).map { _ in (0..<(3 * side * side)).map { _ in Float(random.normal()) } }
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 7, side: side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures.flatMap(\.self), count: 7)
        let quantised = try Quantiser.quantise(
            try graph.folded(with: parameters), scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
        let model = try ModelDirectory.write(
            manifest: ModelManifest(
                architecture: network, classes: (0..<5).map { "\($0)" }, input: InputDescription(size: side), defaultPrecision: .int8),
            graph: graph, parameters: parameters, quantised: quantised, report: Data("{}".utf8),
            to: TestSupport.temporaryDirectory().appendingPathComponent("1"))
        // When they are asked one by one, and in threes and fours
        let alone = try Predictor(model: model, backend: backend, options: PredictorOptions(maxBatch: 1))
        let together = try Predictor(
            model: model, backend: backend,
            options: PredictorOptions(decoders: 2, maxBatch: 4, maxDelayMicroseconds: 200_000, minimumBatchGain: -.infinity))
        for precision in Precision.allCases {
            var expected: [Scores] = []
            for picture in pictures { expected.append(try await alone.scores(.normalised(picture), .init(precision: precision))) }
            let got = try await withThrowingTaskGroup(of: (Int, Scores).self) { group in
                for (index, picture) in pictures.enumerated() {
                    group.addTask { (index, try await together.scores(.normalised(picture), .init(precision: precision))) }
                }
                return try await group.reduce(into: [Int: Scores]()) { $0[$1.0] = $1.1 }
            }
            // Then the logits agree: float to 1e-5 of the greatest (sums in another order), int8 to the bit or one rounding of a layer's value
            #expect(got.values.contains { $0.batch > 1 })
            let tolerance: Float = precision == .float ? 1e-5 : 2e-2
            for (index, one) in expected.enumerated() {
                let other = try #require(got[index])
                let scale = one.logits.reduce(0) { max($0, abs($1)) }
                let difference = zip(one.logits, other.logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
                #expect(difference <= tolerance * scale, "\(network) \(precision) \(index): \(difference) of \(scale)")
            }
        }
    }
}
