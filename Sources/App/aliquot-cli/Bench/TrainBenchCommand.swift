import ArgumentParser
import Base
import Engine
import EngineOneDNN
import Networks

/// Forward, backward and AdamW on random pictures, as `peers.py train` does it.
struct TrainBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "train", abstract: "Times one training step: forward, backward, AdamW.")

    @OptionGroup var options: BenchOptions

    func run() throws {
        let classes = 5, batch = options.batch
        let graph = try NetworkCatalogue.graph(options.network, classes: classes)
        let backend = OneDNNBackend()
        let plan = try OneDNNTrainingPlan(graph, PlanOptions(batch: batch, side: options.size, threads: options.threads))
        try plan.load(ParameterSet.initial(for: graph, seed: 0))
        var random = SeededRandom(seed: 0)
        let pictures = (0..<batch * 3 * options.size * options.size).map { _ in Float(random.normal()) }
        let labels = (0..<batch).map { $0 % classes }
        let step = OptimiserStep(
            optimiser: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01), bodyRate: 1e-3, headRate: 1e-3)
        var seed: UInt64 = 0
        let times = try timed(repeats: options.repeats) {
            seed += 1
            let logits = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: seed) }
            try plan.backward(ParityResult.crossEntropy(logits, labels, classes: classes).gradient, headOnly: false)
            try plan.update(step)
        }
        if options.explain { print(explanation(of: try plan.explain(repeats: options.repeats))) }
        let row = BenchRow(
            peer: "Aliquot, \(backend.description)", work: "train", network: options.network, batch: batch, size: options.size,
            threads: options.threads, medianMs: times.median, minMs: times.shortest, imagesPerSecond: Double(batch) / times.median * 1e3,
            activationBytes: plan.activationBytes)
        print(try row.line())
    }
}
