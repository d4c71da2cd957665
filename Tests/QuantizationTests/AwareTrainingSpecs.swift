import Base
import Engine
import EngineOneDNN
import Evaluation
import Foundation
import Tensors
import Testing

@testable import Quantization

@Suite("Quantisation-aware training")
struct AwareTrainingSpecs {
    private let backend = OneDNNBackend()
    private let graph = ToyNetwork.graph()
    private let options = PlanOptions(batch: 16, side: ToyNetwork.side, threads: 2)

    private func logits(_ plan: any InferencePlan, _ pictures: [[Float]]) throws -> [Float] {
        try stride(from: 0, to: pictures.count, by: 16).flatMap { start in
            let part = pictures[start..<min(start + 16, pictures.count)]
            return try part.flatMap { $0 }.withUnsafeBufferPointer { try plan.run($0, count: part.count) }
        }
    }

    private func training(_ pictures: [[Float]]) -> AwareTrainingPictures {
        AwareTrainingPictures(
            stepsPerEpoch: pictures.count / 16,
            judging: { visit in
                for start in stride(from: 0, to: pictures.count, by: 16) {
                    try visit(
                        QuantisationBatch(pictures: pictures[start..<start + 16].flatMap { $0 }, labels: [Int](repeating: 0, count: 16)))
                }
            }
        ) { epoch, visit in
            var random = SeededRandom(seed: 1, purpose: "\(epoch)")
            let order = random.permutation(pictures.count)
            for start in stride(from: 0, to: pictures.count, by: 16) {
                let part = order[start..<start + 16].map { pictures[$0] }
                try visit(QuantisationBatch(pictures: part.flatMap { $0 }, labels: [Int](repeating: 0, count: part.count)))
            }
        }
    }

    @Test("brings int8 nearer to float on pictures that it did not see, and gives the same bits again")
    func learns() throws {
        // Given a network that 8 bits hold badly: grids sixteen times too coarse
        let parameters = try ToyNetwork.parameters(graph)
        let float = try backend.inferencePlan(graph, parameters, options)
        let seen = ToyNetwork.pictures(128, seed: 11), others = ToyNetwork.pictures(256, seed: 12)
        var calibration = Calibration(method: .minmax, plan: float)
        for start in stride(from: 0, to: 128, by: 16) { try calibration.observe(seen[start..<start + 16].flatMap { $0 }, count: 16) }
        let fine = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax)
        let start = EqualisedNetwork(
            folded: fine.folded, scales: fine.scales.map { ActivationScale(scale: 16 * $0.scale, isSigned: $0.isSigned) },
            means: fine.means)
        // When it is trained on
        let aware = AwareTraining(
            start: start, headName: graph.headName, weightBits: 7, plan: options, epochs: 12, peakRate: 1e-3, backend: backend)
        let trained = try aware.run(teacher: float, training(seen))
        // Then its logits of other pictures are nearer to float's, and it agrees with float's classes more often
        let expected = try logits(float, others)
        func measure(_ network: QuantisedNetwork) throws -> (loss: Double, agreement: Int) {
            let got = try logits(backend.inferencePlan(network, options), others)
            let classes = graph.classes
            let agreement = others.indices.count {
                let row = ($0 * classes)..<(($0 + 1) * classes)
                return Softmax.mode(got[row]) == Softmax.mode(expected[row])
            }
            return (LogitNoise.loss(got, towards: expected, classes: classes).loss, agreement)
        }
        let before = try measure(start.quantised(weightBits: 7)), after = try measure(trained)
        print("noise \(before.loss) before, \(after.loss) after; agreement \(before.agreement), \(after.agreement) of 256")
        #expect(after.loss < 0.7 * before.loss)
        #expect(after.agreement > before.agreement)
        // And grids are those that it began with; once more it comes to the same bits
        #expect(trained.activations == start.scales)
        #expect(try aware.run(teacher: float, training(seen)) == trained)
    }

    @Test(
        "takes back every epoch that brought int8 further from float: at a rate that destroys the network it stays what calibration gives")
    func takesBack() throws {
        // Given a calibrated network
        let parameters = try ToyNetwork.parameters(graph)
        let float = try backend.inferencePlan(graph, parameters, options)
        let seen = ToyNetwork.pictures(32, seed: 11)
        var calibration = Calibration(method: .minmax, plan: float)
        for start in [0, 16] { try calibration.observe(seen[start..<start + 16].flatMap { $0 }, count: 16) }
        let start = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax)
        // When it is trained on with steps larger than its weights
        let aware = AwareTraining(
            start: start, headName: graph.headName, weightBits: 7, plan: options, epochs: 2, peakRate: 100, backend: backend)
        // Then nothing of it is left
        #expect(try aware.run(teacher: float, training(seen)) == (try start.quantised(weightBits: 7)))
    }

    @Test("is towards float's logits: the loss is the mean square of what is not common to all classes, its gradient twice that")
    func loss() {
        // Given two pictures of two classes
        let target: [Float] = [0, 1, 5, 5]
        // When int8 is 3 and 1 above float's in the first, 2 and 2 in the second
        let (loss, gradient) = LogitNoise.loss([3, 2, 7, 7], towards: target, classes: 2)
        // Then only the first counts, with 1 and −1: (1 + 1) / 2 pictures, and the gradient 2 · ±1 / 2
        #expect(abs(loss - 1) < 1e-12)
        #expect(gradient == [1, -1, 0, 0])
    }

    @Test("ends when the pictures say so")
    func isStopped() throws {
        struct Stopped: Error {}
        let parameters = try ToyNetwork.parameters(graph)
        let float = try backend.inferencePlan(graph, parameters, options)
        var calibration = Calibration(method: .minmax, plan: float)
        try calibration.observe(ToyNetwork.pictures(1, seed: 1)[0], count: 1)
        let start = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax)
        let aware = AwareTraining(
            start: start, headName: graph.headName, weightBits: 8, plan: options, epochs: 1, peakRate: 0.5, backend: backend)
        #expect(throws: Stopped.self) {
            _ = try aware.run(teacher: float, AwareTrainingPictures(stepsPerEpoch: 9, judging: { _ in }) { _, _ in throw Stopped() })
        }
    }
}
