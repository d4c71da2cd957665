import Engine
import Evaluation
import Foundation
import ModelFormat

/// From a trained float network to an int8 one, or to the reasons why there is none. Source: learning.md, section 7.
///
/// Runs the float network over the pictures once. Candidates are made one after the other, while none is good enough: one a calibration method, then those that cost more. Each is
/// compiled and looked at on the same pictures, which gives the margin below which float has to take over. The one with the fewest pictures in doubt, of those whose answers are
/// accurate, is kept and timed against float.
package struct QuantisationCascade {
    /// The int8 network to keep (it is kept, and can be asked for, even where float is served because it is faster), and the measurements.
    package struct Outcome: Sendable {
        /// Nil where no candidate passed the gates.
        package let network: QuantisedNetwork?
        /// The kept network's logits of the validation pictures, a row each; empty where there is none.
        package let validationLogits: [[Float]]
        package let report: QuantisationReport
    }

    /// The pictures that quantisation looks at; batches of at most `options.batch`.
    package struct Pictures {
        /// Training pictures, 256 by default: where the ranges come from. Labels are not looked at.
        package let calibration: QuantisationPictures
        /// The labelled pictures that decide.
        package let validation: QuantisationPictures
        /// Pictures such as will be asked about, of which no label is needed: unlabelled ones. They and the validation pictures tell how many are in doubt.
        package let unlabelled: QuantisationPictures
        /// What quantisation-aware training sees; nil: it is not tried.
        package let training: AwareTrainingPictures?

        package init(
            calibration: @escaping QuantisationPictures, validation: @escaping QuantisationPictures,
            unlabelled: @escaping QuantisationPictures = { _ in }, training: AwareTrainingPictures? = nil
        ) {
            self.calibration = calibration
            self.validation = validation
            self.unlabelled = unlabelled
            self.training = training
        }
    }

    /// Makes the next candidate from what the earlier ones came to; nil where it has nothing to try.
    private typealias Maker = (QuantisationStanding) throws -> QuantisationCandidate?

    private let graph: Graph
    private let parameters: ParameterSet
    private let manifest: ModelManifest
    private let backend: any Backend
    private let options: QuantisationOptions

    /// - Parameter manifest: of the model that this becomes; classes, input and temperature are used.
    package init(
        graph: Graph, parameters: ParameterSet, manifest: ModelManifest, backend: any Backend,
        options: QuantisationOptions = QuantisationOptions()
    ) {
        self.graph = graph
        self.parameters = parameters
        self.manifest = manifest
        self.backend = backend
        self.options = options
    }

    /// - Throws: ``QuantizationError``, ``EngineError``, what the picture sources throw (which is how a run is stopped).
    package func run(_ pictures: Pictures) throws -> Outcome {
        guard options.maxDrop.isFinite, (0...1).contains(options.maxDrop) else {
            throw QuantizationError.outOfRange(name: "max_drop", got: options.maxDrop, allowed: "0 to 1")
        }
        let folded = try graph.folded(with: parameters)
        let plan = try backend.inferencePlan(graph, parameters, shape(batch: options.batch))
        guard plan.network == folded.network else {
            throw QuantizationError.otherNetwork(
                got: "\(plan.network.layers.count) layers", expected: "\(folded.network.layers.count) layers")
        }
        let weightBits = backend.hasWideInt8Products ? 8 : 7

        var ranges = Calibration(method: options.methods.first ?? .minmax, plan: plan)
        var examples: [QuantisationBatch] = []
        try pictures.calibration { batch in
            if examples.reduce(0, { $0 + $1.labels.count }) < MixedPrecision.pictures { examples.append(batch) }
            try ranges.observe(batch.pictures, count: batch.labels.count)
        }

        let float = try PrecisionViews(of: plan, pictures, pictureSize: pictureSize)
        guard let picture = float.validation.firstPicture else { throw QuantizationError.noPictures(role: "validation") }
        let floatMeasures = try measures(float.validation.classes, float.validation.labels)

        var report = QuantisationReport(
            backend: backend.description, weightBits: weightBits, calibrationPictures: ranges.pictures,
            validationPictures: float.validation.labels.count,
            maxDrop: options.maxDrop, float: floatMeasures, attempts: [], calibration: nil, scheme: nil, latency: nil,
            floatBytes: try FloatFile.encode(parameters, graph: graph).count, int8Bytes: nil, served: .float, reasons: [])

        var standing = QuantisationStanding()
        let mixed = MixedPrecision(
            folded, ranges, weightBits: weightBits, plan: { try backend.inferencePlan($0, shape(batch: options.batch)) }, batches: examples,
            logits: float.calibration.logits)
        for make in makers(folded, ranges, weightBits: weightBits, float: plan, pictures.training) + makers(mixed) {
            if standing.isGoodEnough { break }
            let candidate: QuantisationCandidate
            let int8Plan: any InferencePlan
            do {
                guard let made = try make(standing) else { continue }
                candidate = made
                int8Plan = try backend.inferencePlan(candidate.network, shape(batch: options.batch))
            } catch EngineError.unsupported(let what, let by) {
                report.reasons.append("int8 cannot be compiled: \(what) is not supported by \(by)")
                if report.attempts.isEmpty { return Outcome(network: nil, validationLogits: [], report: report) }
                continue
            } catch QuantizationError.diverged(let step) {
                report.reasons.append("\(QuantizationError.diverged(step: step)): it was given up")
                continue
            }
            if let reason = candidate.reason { report.reasons.append(reason) }
            var timed: QuantisationReport.Latency?
            if candidate.scheme.kind == .mixed {
                let latency = try latency(of: candidate.network, picture: picture)
                timed = latency
                let speed = QuantisationGates.speed(float: latency.floatMilliseconds, int8: latency.int8Milliseconds, doubt: 0)
                guard speed.passes else {
                    // More layers in float would take longer still.
                    report.reasons.append(speed.reason)
                    break
                }
            }
            let int8 = try PrecisionViews(of: int8Plan, pictures, pictureSize: pictureSize)
            let (attempt, verdicts) = try attempt(candidate.scheme, float: float, int8: int8, floatMeasures: floatMeasures)
            report.attempts.append(attempt)
            report.reasons += verdicts.map(\.reason)
            standing.add(candidate, attempt, logits: int8.validation.logits, latency: timed)
        }
        guard let kept = standing.kept else {
            report.reasons.append("float is served: no int8 network passed")
            return Outcome(network: nil, validationLogits: [], report: report)
        }
        report.scheme = kept.scheme
        report.calibration = kept.scheme.calibration
        try compare(kept, picture: picture, into: &report)
        return Outcome(network: kept.network, validationLogits: kept.logits, report: report)
    }

    /// What is tried, in this order: each calibration method; then, where none of them passed, training on in 8 bits.
    private func makers(
        _ folded: FoldedNetwork, _ ranges: Calibration, weightBits: Int, float: any FloatInferencePlan, _ training: AwareTrainingPictures?
    ) -> [Maker] {
        let calibrated = options.methods.map { method -> Maker in
            { _ in
                let network = try EqualisedNetwork(folded, calibration: ranges, method: method).quantised(weightBits: weightBits)
                return QuantisationCandidate(network: network, scheme: .ptq(method))
            }
        }
        let trained: Maker = { standing in
            guard standing.kept == nil, let training, options.awareEpochs > 0, let method = standing.surest?.scheme.calibration else {
                return nil
            }
            let aware = AwareTraining(
                start: try EqualisedNetwork(folded, calibration: ranges, method: method), headName: graph.headName, weightBits: weightBits,
                plan: shape(batch: options.batch), epochs: options.awareEpochs, peakRate: options.awareRate, backend: backend)
            return QuantisationCandidate(network: try aware.run(teacher: float, training), scheme: .qat(method))
        }
        return calibrated + [trained]
    }

    /// What is tried where nothing passed: ever more of the network in float.
    private func makers(_ mixed: MixedPrecision) -> [Maker] {
        MixedPrecision.sizes.map { size in
            { standing in
                guard standing.kept == nil else { return nil }
                return try mixed.candidate(size, standing.surest?.scheme.calibration ?? options.methods.first ?? .minmax)
            }
        }
    }

    private var pictureSize: Int { 3 * manifest.input.size * manifest.input.size }

    private func shape(batch: Int) -> PlanOptions { PlanOptions(batch: batch, side: manifest.input.size, threads: options.threads) }

    /// Size and speed of the network that is kept, and which precision is served.
    private func compare(_ kept: QuantisationStanding.Kept, picture: [Float], into report: inout QuantisationReport) throws {
        let model = QuantisedModel(
            network: kept.network, classes: manifest.classes, input: manifest.input, temperature: manifest.temperature)
        report.int8Bytes = try model.encode().count
        let latency = try kept.latency ?? latency(of: kept.network, picture: picture)
        let speed = QuantisationGates.speed(
            float: latency.floatMilliseconds, int8: latency.int8Milliseconds, doubt: kept.doubt.share)
        report.latency = latency
        report.reasons.append(speed.reason)
        report.served = speed.passes ? .int8 : .float
    }

    private func latency(of network: QuantisedNetwork, picture: [Float]) throws -> QuantisationReport.Latency {
        let medians = try LatencyComparison.medians(
            backend.inferencePlan(graph, parameters, shape(batch: 1)), backend.inferencePlan(network, shape(batch: 1)), picture: picture,
            runs: options.latencyRuns)
        return QuantisationReport.Latency(
            floatMilliseconds: medians.float, int8Milliseconds: medians.int8, runs: options.latencyRuns, threads: options.threads)
    }

    private func measures(_ classes: [Int], _ labels: [Int]) throws -> QuantisationReport.Measures {
        let matrix = try ConfusionMatrix(labels: labels, predictions: classes, classes: graph.classes)
        return QuantisationReport.Measures(accuracy: matrix.accuracy, macroF1: matrix.macroF1)
    }

    private func attempt(
        _ scheme: QuantisationScheme, float: PrecisionViews, int8: PrecisionViews, floatMeasures: QuantisationReport.Measures
    ) throws -> (
        QuantisationReport.Attempt, [QuantisationGates.Verdict]
    ) {
        guard int8.validation.labels == float.validation.labels else {
            throw QuantizationError.wrongCount(
                what: "validation pictures", got: int8.validation.labels.count, expected: float.validation.labels.count)
        }
        var attempt = QuantisationReport.Attempt(
            scheme: scheme, int8: try measures(int8.validation.classes, int8.validation.labels),
            agreement: share(of: zip(float.validation.classes, int8.validation.classes).map { $0 == $1 }), doubt: nil, drop: 0,
            passed: false)
        attempt.drop = floatMeasures.macroF1 - attempt.int8.macroF1
        guard int8.areFinite else {
            return (attempt, [.init(passes: false, reason: "int8 (\(scheme)) gives logits that are not finite")])
        }
        let validation = try looks(int8.validation, float.validation)
        let asked = try validation + looks(int8.unlabelled, float.unlabelled)
        let seen = try asked + looks(int8.calibration, float.calibration)
        let margin = DoubtMargin.smallest(margins: asked.map(\.margin), shifts: seen.map(\.shift), leaving: options.disagreement)
        let doubt = QuantisationReport.Doubt(
            margin: Double(min(margin, .greatestFiniteMagnitude)), share: share(of: asked.map { $0.margin < margin }),
            pictures: asked.count,
            answers: try measures(validation.map { $0.answer(below: margin) }, float.validation.labels),
            agreement: share(of: asked.map { $0.answer(below: margin) == $0.floatClass }))
        attempt.doubt = doubt
        attempt.drop = floatMeasures.macroF1 - doubt.answers.macroF1
        let verdicts = [
            QuantisationGates.doubt(scheme, share: doubt.share, allowed: options.maxDoubt),
            QuantisationGates.accuracy(scheme, float: floatMeasures.macroF1, int8: doubt.answers.macroF1, maxDrop: options.maxDrop),
        ]
        attempt.passed = verdicts.allSatisfy(\.passes)
        return (attempt, verdicts)
    }

    private func looks(_ int8: PrecisionViews.Role, _ float: PrecisionViews.Role) throws -> [PrecisionLook] {
        guard int8.logits.count == float.logits.count else {
            throw QuantizationError.wrongCount(what: "pictures in int8", got: int8.logits.count, expected: float.logits.count)
        }
        return zip(int8.logits, float.logits).map { PrecisionLook(int8: $0, float: $1) }
    }

    private func share(of facts: [Bool]) -> Double { Double(facts.count { $0 }) / Double(max(facts.count, 1)) }
}
