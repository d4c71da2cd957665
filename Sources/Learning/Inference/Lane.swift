import Dispatch
import Engine
import Evaluation
import Explanation
import ModelFormat

/// The plans of one thread. Made, used and released on that thread: plans are no one else's.
struct Lane {
    /// A picture that is ready for the network.
    struct Item: Sendable {
        let request: PictureRequest
        /// `[3, side, side]`, normalised.
        let numbers: [Float]
        /// Milliseconds from bytes to numbers.
        let decode: Double
        /// Milliseconds waited for a decoder.
        let waited: Double
        /// When it came to the lane line, nanoseconds of the monotonic clock.
        let arrived: UInt64
    }

    private let plans: [Precision: BatchPlans]
    private let manifest: ModelManifest
    private let explainer: Result<GradCAM, EngineError>
    /// What each precision says of the canary picture.
    let canary: [Precision: [Float]]
    /// Bytes of this lane's activations and of its copies of the weights, as large as their files.
    let memoryBytes: Int

    /// Compiles every precision that the model has, runs each a few times, and holds its ways to answer against each other.
    init(_ source: LaneSource, manifest: ModelManifest, options: PredictorOptions) throws {
        self.manifest = manifest
        explainer = source.explainer
        let side = manifest.input.size
        func shape(_ batch: Int) -> PlanOptions { PlanOptions(batch: batch, side: side, threads: options.threadsPerLane) }
        var plans: [Precision: BatchPlans] = [
            .float: try BatchPlans(options, picture: 3 * side * side) {
                try source.backend.inferencePlan(source.graph, source.parameters, shape($0))
            }
        ]
        if let quantised = source.quantised {
            plans[.int8] = try BatchPlans(options, picture: 3 * side * side) { try source.backend.inferencePlan(quantised, shape($0)) }
        }
        var canary: [Precision: [Float]] = [:]
        var bytes = 0
        for (precision, plan) in plans {
            guard plan.classes == manifest.classes.count else {
                throw InferenceError.wrongClassCount(precision: precision, got: plan.classes, expected: manifest.classes.count)
            }
            canary[precision] = try Canary.check(plan, precision, numbers: source.canary)
            bytes +=
                plan.activationBytes + plan.copies
                * (manifest.files[precision == .float ? ModelDirectory.floatName : ModelDirectory.int8Name]?.bytes ?? 0)
        }
        self.plans = plans
        self.canary = canary
        memoryBytes = bytes
    }

    /// Most pictures that are worth taking at once.
    var limit: Int { plans.values.map(\.limit).max() ?? 1 }

    /// Whether two pictures can go through a network together, and are the better for it.
    func gains(_ first: PictureRequest, with other: PictureRequest) -> Bool {
        first.goes(with: other) && plans[first.precision].map { $0.limit > 1 } ?? false
    }

    /// Those that go through the network together; each by itself where so many gain nothing, and is answered before the next one begins.
    func groups(_ items: [Item]) -> [[Item]] {
        guard let precision = items.first?.request.precision, items.count > 1, plans[precision]?.goTogether(items.count) != true else {
            return [items]
        }
        return items.map { [$0] }
    }

    /// One forward pass of all together, and another of those where int8 is in doubt. All ask for the same precision.
    /// - Returns: in their order.
    func scores(_ items: [Item]) -> [Result<Scores, any Error>] {
        guard let first = items.first else { return [] }
        if case .heat(let label) = first.request.wish { return items.map { item in Result { try explained(item, label: label) } } }
        let precision = first.request.precision
        let start = DispatchTime.now().uptimeNanoseconds
        do {
            var logits = try logits(of: items.map(\.numbers), in: precision)
            let doubtful = items.indices.filter {
                precision == .int8 && items[$0].request.doubt == .float && logits[$0].count > 0 && isInDoubt(logits[$0])
            }
            if !doubtful.isEmpty {
                for (place, better) in zip(doubtful, try self.logits(of: doubtful.map { items[$0].numbers }, in: .float)) {
                    logits[place] = better
                }
            }
            let again = Set(doubtful)
            let probabilities = logits.map { Softmax.probabilities($0, temperature: manifest.temperature) }
            let infer = milliseconds(start, DispatchTime.now().uptimeNanoseconds)
            return items.indices.map { place in
                let isDoubtful = again.contains(place)
                let precision = isDoubtful ? Precision.float : precision
                guard logits[place].allSatisfy(\.isFinite) else { return .failure(InferenceError.notFinite(precision: precision)) }
                let item = items[place]
                let timing = Answer.Timing(
                    decode: item.decode, queue: item.waited + milliseconds(item.arrived, start), infer: infer)
                return .success(
                    Scores(
                        precision: precision, isDoubtful: isDoubtful, logits: logits[place], probabilities: probabilities[place],
                        batch: items.count, timing: timing))
            }
        } catch {
            return items.map { _ in .failure(error) }
        }
    }

    /// A forward pass in float that is looked into, and the way back from a logit to the last feature map.
    private func explained(_ item: Item, label: Int?) throws -> Scores {
        let start = DispatchTime.now().uptimeNanoseconds
        let explainer = try Predictor.known(explainer)
        guard let plan = plans[.float] else {
            throw InferenceError.precisionUnavailable(got: .float, available: manifest.precisions)
        }
        let found = try plan.finding(item.numbers, label: label, by: explainer)
        guard found.logits.allSatisfy(\.isFinite), found.heat.peak.isFinite else { throw InferenceError.notFinite(precision: .float) }
        let probabilities = Softmax.probabilities(found.logits, temperature: manifest.temperature)
        let timing = Answer.Timing(
            decode: item.decode, queue: item.waited + milliseconds(item.arrived, start),
            infer: milliseconds(start, DispatchTime.now().uptimeNanoseconds))
        return Scores(
            precision: .float, isDoubtful: false, logits: found.logits, probabilities: probabilities, batch: 1, timing: timing,
            finding: found)
    }

    private func logits(of pictures: [[Float]], in precision: Precision) throws -> [[Float]] {
        guard let plan = plans[precision] else {
            throw InferenceError.precisionUnavailable(got: precision, available: manifest.precisions)
        }
        let logits = try plan.run(pictures)
        guard logits.count == pictures.count, logits.allSatisfy({ $0.count == manifest.classes.count }) else {
            throw InferenceError.wrongClassCount(precision: precision, got: logits.first?.count ?? 0, expected: manifest.classes.count)
        }
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
    /// Shared by all lanes: its weights are there once.
    let explainer: Result<GradCAM, EngineError>
    /// The canary picture as the network takes it.
    let canary: [Float]
}

/// Between two times of the monotonic clock in nanoseconds.
func milliseconds(_ start: UInt64, _ end: UInt64) -> Double { end > start ? Double(end - start) / 1e6 : 0 }
