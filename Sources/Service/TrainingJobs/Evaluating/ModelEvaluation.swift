import Base
import DatasetStore
import Engine
import Evaluation
import Foundation
import Images
import Inference
import ModelFormat
import Quantization
import Training

/// A finished model measured on pictures it may never have seen: what `aliquot evaluate` prints.
package struct ModelEvaluation: Sendable, Codable {
    package let network: String
    package let precision: Precision
    /// Which pictures were looked at.
    package let role: ImageRole
    package let classes: [String]
    package let accuracy: Double
    package let macroF1: Double
    /// 95 %, stratified bootstrap.
    package let accuracyInterval: ConfidenceInterval
    package let macroF1Interval: ConfidenceInterval
    /// Of the probabilities as the model answers them: at its temperature.
    package let measures: ClassificationMeasures
    let calibration: CalibrationOutcome
    /// The worst first.
    let mostWrong: [WrongPicture]

    private enum CodingKeys: String, CodingKey {
        case network, precision, role, classes, accuracy, measures, calibration
        case macroF1 = "macro_f1"
        case accuracyInterval = "accuracy_interval_95"
        case macroF1Interval = "macro_f1_interval_95"
        case mostWrong = "most_wrong"
    }

    /// Looks at every labelled picture of a role. Blocks its thread.
    ///
    /// - Parameters:
    ///   - manifest: `revision.jsonl`.
    ///   - role: nil: the test pictures, else those for validation, else those for training; the first that are there.
    ///   - precision: nil: the one that the model serves.
    ///   - threads: of the plan.
    ///   - progress: pictures done and how many there are.
    ///   - shouldStop: asked between batches; true ends it with ``TrainingError/interrupted``.
    /// - Throws: ``TrainingJobError/unknownClasses(_:known:)``, ``TrainingJobError/noLabelledPictures(role:)``; what reading model and pictures throws.
    package init(
        of model: ModelDirectory, revision manifest: URL, blobs: BlobStore, role: ImageRole? = nil, precision: Precision? = nil,
        backend: any Backend, threads: Int, progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        let classes = model.manifest.classes
        let labelled = try RevisionManifest.read(manifest).entries.filter { $0.label != nil }
        let chosen = role ?? [.test, .validation, .train].first { role in labelled.contains { $0.role == role } } ?? .test
        let samples = try Self.samples(labelled.filter { $0.role == chosen }, classes: classes, blobs: blobs)
        guard !samples.isEmpty else { throw TrainingJobError.noLabelledPictures(role: chosen.rawValue) }
        let preparation = try PicturePreparation(model.manifest.input)
        let evaluator = PictureEvaluator(
            cache: PictureCache(geometry: preparation.geometry, capacity: 0), normalisation: preparation.normalisation, threads: threads)
        let used = precision ?? model.manifest.defaultPrecision
        let margin = used == .int8 ? model.manifest.floatBelowMargin : nil
        let total = samples.count * (margin == nil ? 1 : 2)
        func rows(_ precision: Precision, after done: Int) throws -> [[Float]] {
            let plan = try Self.plan(model, precision, backend, PlanOptions(batch: 16, side: model.manifest.input.size, threads: threads))
            return try evaluator.logits(of: samples.map(\.picture), plan: plan) {
                progress(done + $0, total)
                if shouldStop() { throw TrainingError.interrupted }
            }
        }
        var logits = try rows(used, after: 0)
        // As answers are given: by float where int8 is in doubt.
        if let margin {
            logits = PrecisionLook.answers(int8: logits, float: try rows(.float, after: samples.count), below: Float(margin))
        }
        let labels = samples.map(\.label)
        let temperature = model.manifest.temperature
        let bootstrap = Bootstrap(seed: model.manifest.lineage.seed ?? 1)
        let predictions = logits.map { Softmax.mode($0) }
        network = model.manifest.architecture
        self.precision = used
        self.role = chosen
        self.classes = classes
        measures = try ClassificationMeasures(logits: logits, labels: labels, temperature: temperature)
        accuracy = measures.accuracy
        macroF1 = measures.macroF1
        accuracyInterval = try bootstrap.accuracy(labels: labels, predictions: predictions, classes: classes.count)
        macroF1Interval = try bootstrap.macroF1(labels: labels, predictions: predictions, classes: classes.count)
        calibration = try CalibrationOutcome(logits: logits, labels: labels, temperature: temperature)
        mostWrong = WrongPicture.worst(logits, samples: samples, classes: classes, temperature: temperature).map(\.wrong)
    }

    private static func samples(_ entries: [RevisionEntry], classes: [String], blobs: BlobStore) throws(TrainingJobError)
        -> [TrainingSample]
    {
        var samples: [TrainingSample] = []
        var unknown: Set<String> = []
        for entry in entries {
            guard let label = entry.label else { continue }
            if let index = classes.firstIndex(of: label) {
                let file = PictureFile(name: entry.image.description, url: blobs.url(entry.sha256))
                samples.append(TrainingSample(picture: file, label: index))
            } else {
                unknown.insert(label)
            }
        }
        guard unknown.isEmpty else { throw .unknownClasses(unknown.sorted(), known: classes) }
        return samples
    }

    private static func plan(_ model: ModelDirectory, _ precision: Precision, _ backend: any Backend, _ options: PlanOptions) throws
        -> any InferencePlan
    {
        switch precision {
        case .float: return try backend.inferencePlan(try model.graph(), try model.parameters(), options)
        case .int8:
            guard let network = try model.quantised() else {
                throw InferenceError.precisionUnavailable(got: precision, available: model.manifest.precisions)
            }
            return try backend.inferencePlan(network, options)
        }
    }
}
