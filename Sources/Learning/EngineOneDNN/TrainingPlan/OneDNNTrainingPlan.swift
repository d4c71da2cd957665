import CKernels
import COneDNN
import Engine
import Foundation

/// A training step on oneDNN's primitives and our own kernels. Used by one thread at a time.
package final class OneDNNTrainingPlan: TrainingPlan {
    package let graph: Graph
    package let batch: Int
    private let compiled: TrainingCompiler
    private var bodySteps = 0
    private var headSteps = 0
    private let pictureCount: Int
    private var wasHeadOnly = false

    package init(_ graph: Graph, _ options: PlanOptions) throws(EngineError) {
        self.graph = graph
        batch = options.batch
        compiled = try TrainingCompiler(graph, options)
        pictureCount = compiled.shapes[0].reduce(1, *)
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
        guard pictures.count == pictureCount, let base = pictures.baseAddress else {
            throw .wrongCount(what: "numbers of the pictures", got: pictures.count, expected: pictureCount)
        }
        compiled.runtime.adoptThreads()
        compiled.pictures.floats.update(from: base, count: pictureCount)
        compiled.dropoutSeed.value = seed
        for operation in compiled.forward { try operation.run(compiled.runtime) }
        return Array(UnsafeBufferPointer(start: compiled.logits.floats, count: batch * graph.classes))
    }

    package func backward(_ logitGradient: [Float], headOnly: Bool) throws(EngineError) {
        let count = batch * graph.classes
        guard logitGradient.count == count else {
            throw .wrongCount(what: "numbers of the logits' gradient", got: logitGradient.count, expected: count)
        }
        compiled.runtime.adoptThreads()
        logitGradient.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { compiled.logitGradient.floats.update(from: base, count: count) }
        }
        wasHeadOnly = headOnly
        for operation in headOnly ? compiled.headBackward : compiled.backward { try operation.run(compiled.runtime) }
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

    /// Runs whole steps and returns, for each operation in order, its median time.
    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.forward + compiled.backward, compiled.runtime, repeats: repeats)
    }
}
