import ArgumentParser
import Base
import Engine
import EngineOneDNN
import Foundation
import Networks
import Quantization

/// Forward passes on random pictures, as `peers.py infer` does it.
struct InferBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "infer", abstract: "Times one forward pass in float or int8.")

    @OptionGroup var options: BenchOptions
    @Option(help: "float, or int8 calibrated on random pictures.")
    var precision = "float"

    func validate() throws {
        guard ["float", "int8"].contains(precision) else { throw ValidationError("--precision is float or int8, got \(precision)") }
    }

    func run() throws {
        let graph = try NetworkCatalogue.graph(options.network, classes: 5)
        let backend = OneDNNBackend()
        var random = SeededRandom(seed: 0)
        let pictures = (0..<options.batch * 3 * options.size * options.size).map { _ in Float(random.normal()) }
        let planOptions = PlanOptions(batch: options.batch, side: options.size, threads: options.threads)
        let parameters = ParameterSet.initial(for: graph, seed: 0)
        let start = DispatchTime.now().uptimeNanoseconds
        let float = try backend.inferencePlan(graph, parameters, planOptions)
        let creation = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        let plan: any InferencePlan
        var plans: [any InferencePlan] = []
        var bytes = graph.parameterCount * 4
        if precision == "int8" {
            var calibration = Calibration(method: .minmax, plan: float)
            try calibration.observe(pictures, count: options.batch)
            let folded = try graph.folded(with: parameters)
            let network = try Quantiser.quantise(folded, scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
            bytes = network.weights.values.reduce(0) { $0 + $1.values.count + 4 * ($1.scales.count + $1.bias.count) }
            plan = try backend.inferencePlan(network, planOptions)
            while plans.count + 1 < options.plans { plans.append(try backend.inferencePlan(network, planOptions)) }
        } else {
            plan = float
            while plans.count + 1 < options.plans { plans.append(try backend.inferencePlan(graph, parameters, planOptions)) }
        }
        plans.append(plan)
        // Each plan is used by one thread.
        nonisolated(unsafe) let each = plans
        let batch = options.batch, repeats = options.repeats * 4
        @Sendable func answer(_ number: Int) throws {
            _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try each[number].run(pictures, count: batch) }
        }
        let times: BenchTimes =
            try options.plans == 1
            ? timed(repeats: repeats) { try answer(0) } : PlansSideBySide.timed(options.plans, repeats: repeats, answer)
        if options.explain { print(explanation(of: try plan.explain(repeats: options.repeats))) }
        let row = BenchRow(
            peer: "Aliquot, \(backend.description)", work: "infer", precision: precision, network: options.network, batch: options.batch,
            size: options.size,
            threads: options.threads, plans: options.plans, medianMs: times.median, minMs: times.shortest, cpuMs: times.processor,
            imagesPerSecond: Double(options.batch * options.plans) / times.median * 1e3,
            gflops: 2 * Double(try graph.multiplyAdds(side: options.size) * options.batch * options.plans) / times.median / 1e6,
            bytes: bytes,
            activationBytes: plan.activationBytes, creationMs: precision == "float" ? creation : nil)
        print(try row.line())
    }
}
