import ArgumentParser
import Base
import Engine
import EngineOneDNN
import Foundation
import Networks
import Training

/// Forward, backward and AdamW on random pictures, as `peers.py train` does it.
struct TrainBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "train", abstract: "Times one training step: forward, backward, AdamW.")

    @OptionGroup var options: BenchOptions
    @Flag(help: "Make the results of batch norms again in the backward pass instead of keeping them.")
    var recompute = false

    @Option(help: "What convolutions multiply: float32, or bfloat16 where the CPU has it.")
    var precision = TrainingPrecision.float32

    func run() throws {
        let classes = 5, batch = options.batch
        let graph = try NetworkCatalogue.graph(options.network, classes: classes)
        let backend = OneDNNBackend()
        var planOptions = PlanOptions(batch: batch, side: options.size, threads: options.threads)
        planOptions.recomputesNorms = recompute
        planOptions.precision = precision
        let start = DispatchTime.now().uptimeNanoseconds
        let plan = try OneDNNTrainingPlan(graph, planOptions)
        let creation = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        var plans = [plan]
        while plans.count < options.plans { plans.append(try OneDNNTrainingPlan(graph, planOptions)) }
        let initial = ParameterSet.initial(for: graph, seed: 0)
        for plan in plans { try plan.load(initial) }
        var random = SeededRandom(seed: 0)
        let pictures = (0..<batch * 3 * options.size * options.size).map { _ in Float(random.normal()) }
        let labels = (0..<batch).map { $0 % classes }
        let step = OptimiserStep(
            optimiser: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01), bodyRate: 1e-3, headRate: 1e-3)
        let loss = CrossEntropy()
        // Each plan is used by one thread.
        nonisolated(unsafe) let each = plans
        @Sendable func train(_ number: Int) throws {
            let plan = each[number]
            let logits = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 1) }
            try plan.backward(loss.evaluate(logits: logits, labels: labels, classes: classes).gradient, headOnly: false)
            try plan.update(step)
        }
        let times: BenchTimes =
            try options.plans == 1
            ? timed(repeats: options.repeats) { try train(0) } : PlansSideBySide.timed(options.plans, repeats: options.repeats, train)
        let peak = peakResidentBytes()
        if options.explain { print(explanation(of: try plan.explain(repeats: options.repeats))) }
        let row = BenchRow(
            peer: "Aliquot, \(backend.description)", work: "train", precision: precision.rawValue, network: options.network, batch: batch,
            size: options.size,
            threads: options.threads, plans: options.plans, medianMs: times.median, minMs: times.shortest, cpuMs: times.processor,
            imagesPerSecond: Double(batch * options.plans) / times.median * 1e3,
            gflops: 6 * Double(try graph.multiplyAdds(side: options.size) * batch * options.plans) / times.median / 1e6,
            activationBytes: plan.activationBytes,
            creationMs: creation,
            peakResidentBytes: peak)
        print(try row.line())
    }
}

extension TrainingPrecision: ExpressibleByArgument {}
