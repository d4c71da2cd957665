import CKernels
import COneDNN
import Engine
import Foundation

/// A training step on oneDNN's primitives and our own kernels. Used by one thread at a time.
package final class OneDNNTrainingPlan: TrainingPlan {
    package let graph: Graph
    package let batch: Int
    private let options: PlanOptions
    private let compiled: TrainingCompiler
    private var smaller: TrainingCompiler?
    /// That of the last forward pass.
    private var running: TrainingCompiler
    private var bodySteps = 0
    private var headSteps = 0
    /// Numbers of one picture.
    private let pictureSize: Int
    private var wasHeadOnly = false
    /// Gradients of earlier batches of a step.
    private var sums: FlatMemory?

    /// - Throws: ``EngineError/unsupported(what:by:)`` for a precision that this CPU has not.
    package init(_ graph: Graph, _ options: PlanOptions) throws(EngineError) {
        guard options.precision == .float32 || Runtime.instructionSet.hasBfloat16 else {
            throw .unsupported(what: "training in bfloat16 on a CPU without AVX512_BF16 and AMX", by: "oneDNN")
        }
        self.graph = graph
        self.options = options
        batch = options.batch
        compiled = try TrainingCompiler(graph, options)
        running = compiled
        pictureSize = compiled.shapes[0].dropFirst().reduce(1, *)
    }

    package var activationBytes: Int { compiled.arena.bytes }

    package func load(_ parameters: ParameterSet) throws(EngineError) {
        compiled.runtime.adoptThreads()
        try compiled.parameters.load(parameters, compiled.runtime)
    }

    package func parameters() throws(EngineError) -> ParameterSet {
        compiled.runtime.adoptThreads()
        return try compiled.parameters.parameters(graph, compiled.runtime)
    }

    package func optimiserState() throws(EngineError) -> OptimiserState {
        compiled.runtime.adoptThreads()
        return OptimiserState(
            bodySteps: bodySteps, headSteps: headSteps, first: try compiled.parameters.plain(compiled.parameters.first, compiled.runtime),
            second: try compiled.parameters.plain(compiled.parameters.second, compiled.runtime))
    }

    package func load(optimiser: OptimiserState) throws(EngineError) {
        compiled.runtime.adoptThreads()
        try compiled.parameters.load(optimiser.first, into: compiled.parameters.first, compiled.runtime)
        try compiled.parameters.load(optimiser.second, into: compiled.parameters.second, compiled.runtime)
        bodySteps = optimiser.bodySteps
        headSteps = optimiser.headSteps
    }

    package func forward(_ pictures: UnsafeBufferPointer<Float>, seed: UInt64) throws(EngineError) -> [Float] {
        let count = pictures.count / pictureSize
        guard (1...batch).contains(count), pictures.count == count * pictureSize, let base = pictures.baseAddress else {
            throw .wrongCount(what: "numbers of the pictures", got: pictures.count, expected: batch * pictureSize)
        }
        running = try compiler(for: count)
        running.runtime.adoptThreads()
        running.pictures.floats.update(from: base, count: pictures.count)
        running.stepSeed.value = seed
        for operation in running.forward { try operation.run(running.runtime) }
        return Array(UnsafeBufferPointer(start: running.logits.floats, count: count * graph.classes))
    }

    package func backward(_ logitGradient: [Float], headOnly: Bool) throws(EngineError) {
        let count = running.batch * graph.classes
        guard logitGradient.count == count else {
            throw .wrongCount(what: "numbers of the logits' gradient", got: logitGradient.count, expected: count)
        }
        running.runtime.adoptThreads()
        logitGradient.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { running.logitGradient.floats.update(from: base, count: count) }
        }
        wasHeadOnly = headOnly
        for operation in headOnly ? running.headBackward : running.backward { try operation.run(running.runtime) }
    }

    package func backward(_ logitGradient: [Float], headOnly: Bool, adding: Bool) throws(EngineError) {
        guard adding else { return try backward(logitGradient, headOnly: headOnly) }
        let gradients = compiled.parameters.gradients, count = compiled.parameters.count
        let sums: FlatMemory
        if let kept = self.sums { sums = kept } else { sums = try FlatMemory(bytes: count * 4) }
        self.sums = sums
        let floats = sums.address.assumingMemoryBound(to: Float.self)
        floats.update(from: gradients, count: count)
        try backward(logitGradient, headOnly: headOnly)
        let start = headOnly ? compiled.parameters.bodyCount : 0
        aliquot_activation_forward(
            gradients + start, floats + start, gradients + start, Int64(count - start), ALIQUOT_LINEAR, Int32(compiled.threads))
    }

    /// The operations for so many pictures. Those of a smaller batch are made at its first use and kept until another size comes; they share parameters and
    /// memory with the whole batch's.
    private func compiler(for count: Int) throws(EngineError) -> TrainingCompiler {
        if count == batch { return compiled }
        if let smaller, smaller.batch == count { return smaller }
        var options = options
        options.batch = count
        let made = try TrainingCompiler(graph, options, sharing: compiled)
        smaller = made
        return made
    }

    package func gradients() throws(EngineError) -> [String: [Float]] {
        compiled.runtime.adoptThreads()
        return try compiled.parameters.plain(compiled.parameters.gradients, headOnly: wasHeadOnly, compiled.runtime)
    }

    package func update(_ step: OptimiserStep) throws(EngineError) {
        compiled.runtime.adoptThreads()
        let bodyCount = compiled.parameters.bodyCount
        if !step.freezeBody {
            bodySteps += 1
            update(step.optimiser, rate: step.bodyRate, range: 0..<bodyCount, steps: bodySteps)
        }
        headSteps += 1
        update(step.optimiser, rate: step.headRate, range: bodyCount..<compiled.parameters.count, steps: headSteps)
    }

    private func update(_ optimiser: Optimiser, rate: Float, range: Range<Int>, steps: Int) {
        let parameters = compiled.parameters
        let weights = parameters.weights + range.lowerBound, gradients = parameters.gradients + range.lowerBound
        let first = parameters.first + range.lowerBound, second = parameters.second + range.lowerBound
        let count = Int64(range.count), threads = Int32(compiled.threads)
        switch optimiser {
        case .sgd(let momentum, let nesterov, let weightDecay):
            aliquot_sgd(weights, gradients, first, count, rate, momentum, nesterov ? 1 : 0, weightDecay, threads)
        case .adamW(let beta1, let beta2, let epsilon, let weightDecay):
            aliquot_adamw(
                weights, gradients, first, second, count, rate, beta1, beta2, epsilon, weightDecay,
                Float(1 - pow(Double(beta1), Double(steps))),
                Float(1 - pow(Double(beta2), Double(steps))), threads)
        }
    }

    package func updateAverage(decay: Float) throws(EngineError) { try compiled.parameters.updateAverage(decay: decay, compiled.threads) }

    package func average() throws(EngineError) -> ParameterSet? {
        compiled.runtime.adoptThreads()
        return try compiled.parameters.average(graph, compiled.runtime)
    }

    package func load(average: ParameterSet) throws(EngineError) {
        compiled.runtime.adoptThreads()
        try compiled.parameters.load(average: average, compiled.runtime)
    }

    /// The kernels of a step: node, what is done, and who does it.
    package var implementations: [(node: String, kind: String, implementation: String)] {
        (compiled.forward + compiled.backward).map { ($0.node, $0.kind, $0.implementation) }
    }

    /// Runs whole steps and returns, for each operation in order, its median time.
    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.forward + compiled.backward, compiled.runtime, repeats: repeats)
    }
}
