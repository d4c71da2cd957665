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

    /// One forward pass, ranked; two where int8 is in doubt.
    /// - Parameters:
    ///   - numbers: `[3, side, side]`, normalised.
    ///   - decode, queue: milliseconds spent before.
    func answer(_ request: PictureRequest, _ numbers: [Float], decode: Double, queue: Double) throws -> Answer {
        let start = DispatchTime.now().uptimeNanoseconds
        var precision = request.precision
        var logits = try logits(of: numbers, in: precision)
        let isDoubtful = precision == .int8 && request.options.doubt == .float && isInDoubt(logits)
        if isDoubtful {
            precision = .float
            logits = try self.logits(of: numbers, in: precision)
        }
        let probabilities = Softmax.probabilities(logits, temperature: manifest.temperature)
        let predictions = Ranking.top(request.options.topK, of: probabilities, labels: manifest.classes)
        let set = manifest.conformal?.threshold(request.precision).map { threshold in
            AdaptiveSets(threshold: threshold).classes(of: probabilities).map { manifest.classes[$0] }
        }
        let infer = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        return Answer(
            precision: precision, inDoubt: isDoubtful ? true : nil, predictions: predictions, predictionSet: set,
            timing: Answer.Timing(decode: decode, queue: queue, infer: infer))
    }

    private func logits(of numbers: [Float], in precision: Precision) throws -> [Float] {
        guard let plan = plans[precision] else {
            throw InferenceError.precisionUnavailable(got: precision, available: manifest.precisions)
        }
        let logits = try numbers.withUnsafeBufferPointer { try plan.run($0, count: 1) }
        guard logits.count == manifest.classes.count else {
            throw InferenceError.wrongClassCount(precision: precision, got: logits.count, expected: manifest.classes.count)
        }
        guard logits.allSatisfy(\.isFinite) else { throw InferenceError.notFinite(precision: precision) }
        return logits
    }

    /// Whether the two best logits are closer than the model's margin of doubt.
    private func isInDoubt(_ logits: [Float]) -> Bool {
        guard let margin = manifest.floatBelowMargin else { return false }
        return Double(Ranking.margin(logits)) < margin
    }
}

/// What lanes are compiled from; let go once they are, since plans hold their own copy.
struct LaneSource: Sendable {
    let backend: any Backend
    let graph: Graph
    let parameters: ParameterSet
    let quantised: QuantisedNetwork?
}
