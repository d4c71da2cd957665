import Engine
import Evaluation
import Foundation
import ModelFormat

/// From a trained float network to an int8 one, or to the reasons why there is none. Source: learning.md, section 7.
///
/// Runs the float network over the calibration pictures once and over the validation pictures once, then for each calibration method in turn quantises, compiles and
/// measures, until one passes the accuracy gate; that one is timed against float.
package struct PostTrainingQuantisation {
    /// The int8 network to keep (it is kept, and can be asked for, even where float is served because it is faster), and the measurements.
    package struct Outcome: Sendable {
        /// Nil where no calibration method passed the accuracy gate.
        package let network: QuantisedNetwork?
        package let report: QuantisationReport
    }

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

    /// - Parameters:
    ///   - calibration: train pictures, 256 by default; batches of at most `options.batch`. Labels are not looked at.
    ///   - validation: the pictures that decide; batches of at most `options.batch`.
    /// - Throws: ``QuantizationError``, ``EngineError``, what the picture sources throw (which is how a run is stopped).
    package func run(calibration: QuantisationPictures, validation: QuantisationPictures) throws
        -> Outcome
    {
        guard options.maxDrop.isFinite, (0...1).contains(options.maxDrop) else {
            throw QuantizationError.outOfRange(name: "max_drop", got: options.maxDrop, allowed: "0 to 1")
        }
        let side = manifest.input.size
        let folded = try graph.folded(with: parameters)
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: options.batch, side: side, threads: options.threads))
        guard plan.network == folded.network else {
            throw QuantizationError.otherNetwork(
                got: "\(plan.network.layers.count) layers", expected: "\(folded.network.layers.count) layers")
        }
        let weightBits = backend.hasWideInt8Products ? 8 : 7

        var ranges = Calibration(method: options.methods.first ?? .minmax, plan: plan)
        try calibration { batch in
            try ranges.observe(batch.pictures, count: batch.labels.count)
        }

        let float = try predictions(of: plan, validation)
        guard let picture = float.firstPicture else { throw QuantizationError.noPictures(role: "validation") }
        let floatMeasures = try measures(float)

        var report = QuantisationReport(
            backend: backend.description, weightBits: weightBits, calibrationPictures: ranges.pictures,
            validationPictures: float.labels.count,
            maxDrop: options.maxDrop, float: floatMeasures, attempts: [], calibration: nil, latency: nil,
            floatBytes: try FloatFile.encode(parameters, graph: graph).count, int8Bytes: nil, served: .float, reasons: [])

        for method in options.methods {
            let network = try EqualisedNetwork(folded, calibration: ranges, method: method).quantised(weightBits: weightBits)
            let int8Plan: any InferencePlan
            do {
                int8Plan = try backend.inferencePlan(network, PlanOptions(batch: options.batch, side: side, threads: options.threads))
            } catch {
                guard case .unsupported(let what, let by) = error else { throw error }
                report.reasons.append("int8 cannot be compiled: \(what) is not supported by \(by)")
                return Outcome(network: nil, report: report)
            }
            let int8 = try predictions(of: int8Plan, validation)
            guard int8.labels == float.labels else {
                throw QuantizationError.wrongCount(what: "validation pictures", got: int8.labels.count, expected: float.labels.count)
            }
            let attempt = try attempt(method, float: float, int8: int8, floatMeasures: floatMeasures)
            report.attempts.append(attempt.0)
            report.reasons.append(attempt.1.reason)
            guard attempt.1.passes else { continue }

            report.calibration = method
            let model = QuantisedModel(
                network: network, classes: manifest.classes, input: manifest.input, temperature: manifest.temperature)
            report.int8Bytes = try model.encode().count
            let single = PlanOptions(batch: 1, side: side, threads: options.threads)
            let medians = try LatencyComparison.medians(
                backend.inferencePlan(graph, parameters, single), backend.inferencePlan(network, single), picture: picture,
                runs: options.latencyRuns)
            report.latency = QuantisationReport.Latency(
                floatMilliseconds: medians.float, int8Milliseconds: medians.int8, runs: options.latencyRuns, threads: options.threads)
            let speed = QuantisationGates.speed(float: medians.float, int8: medians.int8)
            report.reasons.append(speed.reason)
            report.served = speed.passes ? .int8 : .float
            return Outcome(network: network, report: report)
        }
        report.reasons.append("float is served: no calibration method passed")
        return Outcome(network: nil, report: report)
    }

    private struct Predictions {
        var classes: [Int] = []
        var labels: [Int] = []
        var areFinite = true
        var firstPicture: [Float]?
    }

    private func predictions(of plan: any InferencePlan, _ pictures: QuantisationPictures) throws -> Predictions {
        var result = Predictions()
        let pictureSize = 3 * manifest.input.size * manifest.input.size
        try pictures { batch in
            guard batch.pictures.count == batch.labels.count * pictureSize, !batch.labels.isEmpty else {
                throw QuantizationError.wrongCount(
                    what: "numbers of a batch", got: batch.pictures.count, expected: batch.labels.count * pictureSize)
            }
            if result.firstPicture == nil { result.firstPicture = Array(batch.pictures.prefix(pictureSize)) }
            let logits = try batch.pictures.withUnsafeBufferPointer { try plan.run($0, count: batch.labels.count) }
            for row in 0..<batch.labels.count {
                let scores = logits[(row * plan.classes)..<((row + 1) * plan.classes)]
                result.areFinite = result.areFinite && scores.allSatisfy(\.isFinite)
                let best = scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex
                result.classes.append(best - scores.startIndex)
            }
            result.labels += batch.labels
        }
        return result
    }

    private func measures(_ predictions: Predictions) throws -> QuantisationReport.Measures {
        let matrix = try ConfusionMatrix(labels: predictions.labels, predictions: predictions.classes, classes: graph.classes)
        return QuantisationReport.Measures(accuracy: matrix.accuracy, macroF1: matrix.macroF1)
    }

    private func attempt(_ method: CalibrationMethod, float: Predictions, int8: Predictions, floatMeasures: QuantisationReport.Measures)
        throws -> (
            QuantisationReport.Attempt, QuantisationGates.Verdict
        )
    {
        let measures = try measures(int8)
        let same = zip(float.classes, int8.classes).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
        var verdict = QuantisationGates.accuracy(method, float: floatMeasures.macroF1, int8: measures.macroF1, maxDrop: options.maxDrop)
        if !int8.areFinite {
            verdict = QuantisationGates.Verdict(passes: false, reason: "int8 (\(method.rawValue)) gives logits that are not finite")
        }
        let attempt = QuantisationReport.Attempt(
            calibration: method, int8: measures, agreement: Double(same) / Double(max(float.classes.count, 1)),
            drop: floatMeasures.macroF1 - measures.macroF1,
            passed: verdict.passes)
        return (attempt, verdict)
    }
}
