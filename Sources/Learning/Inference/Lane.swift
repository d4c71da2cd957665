import Dispatch
import Engine
import Evaluation
import ModelFormat

/// The plans of one thread. Made, used and released on that thread: plans are no one else's.
struct Lane {
    private let plans: [Precision: any InferencePlan]
    private let manifest: ModelManifest

    /// Compiles every precision that the model has and runs each a few times.
    init(_ source: LaneSource, manifest: ModelManifest, options: PredictorOptions) throws {
        self.manifest = manifest
        let shape = PlanOptions(batch: 1, side: manifest.input.size, threads: options.threadsPerLane)
        var plans: [Precision: any InferencePlan] = [.float: try source.backend.inferencePlan(source.graph, source.parameters, shape)]
        if let quantised = source.quantised { plans[.int8] = try source.backend.inferencePlan(quantised, shape) }
        let zeros = [Float](repeating: 0, count: 3 * manifest.input.size * manifest.input.size)
        for (precision, plan) in plans {
            guard plan.classes == manifest.classes.count else {
                throw InferenceError.wrongClassCount(precision: precision, got: plan.classes, expected: manifest.classes.count)
            }
            for _ in 0..<options.warmUps { _ = try zeros.withUnsafeBufferPointer { try plan.run($0, count: 1) } }
        }
        self.plans = plans
    }

    /// One forward pass, ranked.
    /// - Parameters:
    ///   - numbers: `[3, side, side]`, normalised.
    ///   - decode, queue: milliseconds spent before.
    func answer(_ request: PictureRequest, _ numbers: [Float], decode: Double, queue: Double) throws -> Answer {
        guard let plan = plans[request.precision] else {
            throw InferenceError.precisionUnavailable(got: request.precision, available: manifest.precisions)
        }
        let start = DispatchTime.now().uptimeNanoseconds
        let logits = try numbers.withUnsafeBufferPointer { try plan.run($0, count: 1) }
        guard logits.count == manifest.classes.count else {
            throw InferenceError.wrongClassCount(precision: request.precision, got: logits.count, expected: manifest.classes.count)
        }
        guard logits.allSatisfy(\.isFinite) else { throw InferenceError.notFinite(precision: request.precision) }
        let probabilities = Ranking.probabilities(logits, temperature: manifest.temperature)
        let predictions = Ranking.top(request.topK, of: probabilities, labels: manifest.classes)
        let set = manifest.conformal?.threshold(request.precision).map { threshold in
            AdaptiveSets(threshold: threshold).classes(of: probabilities).map { manifest.classes[$0] }
        }
        let infer = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        return Answer(
            precision: request.precision, predictions: predictions, predictionSet: set,
            timing: Answer.Timing(decode: decode, queue: queue, infer: infer))
    }
}

/// What lanes are compiled from; let go once they are, since plans hold their own copy.
struct LaneSource: Sendable {
    let backend: any Backend
    let graph: Graph
    let parameters: ParameterSet
    let quantised: QuantisedNetwork?
}
