import Base
import Engine
import Evaluation
import Foundation
import Training

/// The steps of FixMatch, FlexMatch, FreeMatch and MixMatch: labelled and unlabelled rows in one batch of the plan, so that batch norm sees both; the exponential average of
/// the weights is what is evaluated. Source: learning.md, section 5.
final class ConsistencyProcedure: TrainingProcedure {
    private let trainer: Trainer
    private let settings: ConsistencySettings
    private let unlabelled: [PictureFile]
    /// For each unlabelled picture the class that the evaluator knows; only ever counted.
    private let truth: [Int?]
    private let pictures: ConsistencyPictures
    private var thresholds: Thresholds
    private var measures = ConsistencyMeasures()
    /// The alarms of the epoch before: one that goes on is told once.
    private var alarming: Set<String> = []
    private let loss: CrossEntropy

    init(_ trainer: Trainer, unlabelled: [PictureFile], hidden: [String: Int], settings: ConsistencySettings) throws {
        try settings.validate()
        self.trainer = trainer
        self.settings = settings
        self.unlabelled = unlabelled
        truth = unlabelled.map { hidden[$0.name] }
        loss = trainer.loss
        pictures = try ConsistencyPictures(
            labelled: trainer.data.training, unlabelled: unlabelled, cache: trainer.cache, configuration: trainer.configuration,
            ratio: settings.unlabelledRatio, hasStrongView: settings.method != .mixmatch)
        let classes = trainer.data.classes
        thresholds =
            switch settings.method {
            case .fixmatch, .mixmatch: .fixed(settings.threshold)
            case .flexmatch: .flexible(FlexibleThresholds(maximum: settings.threshold, classes: classes, pictures: unlabelled.count))
            case .freematch: .free(FreeThresholds(classes: classes))
            }
    }

    var planBatch: Int { pictures.rows }
    var stepsPerEpoch: Int { pictures.stepsPerEpoch }
    private var steps: Int { trainer.configuration.epochs * stepsPerEpoch }

    func fingerprint() throws -> SHA256Digest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var text = String(decoding: try encoder.encode(settings), as: UTF8.self)
        text += "\n\(try trainer.data.fingerprint(trainer.configuration))"
        for picture in unlabelled { text += "\nu \(picture.name)" }
        return SHA256Digest(of: Data(text.utf8))
    }

    /// η · cos(7πk / 16K), the body's rate divided as ever; the first epochs may train the head alone.
    func schedule(_ number: Int) -> OptimiserStep {
        let configuration = trainer.configuration
        let rate = configuration.learningRate * cos(7 * Double.pi * Double(number) / (16 * Double(steps)))
        let isFrozen = number < configuration.freezeEpochs * stepsPerEpoch
        return OptimiserStep(
            optimiser: configuration.optimiser, bodyRate: isFrozen ? 0 : Float(rate / configuration.bodyDivisor), headRate: Float(rate),
            freezeBody: isFrozen)
    }

    func batches(epoch: Int, from firstStep: Int, threads: Int) -> Prefetcher<ConsistencyBatch> {
        pictures.batches(epoch: epoch, from: firstStep, threads: threads)
    }

    func step(_ batch: ConsistencyBatch, number: Int, plan: any TrainingPlan) throws -> (loss: Double, pictures: Int) {
        let (loss, weight) = try settings.method == .mixmatch ? mixed(batch, number, plan) : matched(batch, number, plan)
        let value = loss.supervised + weight * loss.unsupervised + (settings.fairness ?? 0) * loss.fairness
        guard value.isFinite else { return (value, batch.pictures.count) }
        let step = schedule(number)
        try plan.backward(loss.gradient, headOnly: step.freezeBody)
        try plan.update(step)
        try plan.updateAverage(decay: WeightAverage.decay(settings.averageDecay, step: number))
        // MixMatch labels both views of each picture.
        let own = batch.unlabelled.map { truth[$0] }
        measures.record(loss, truth: loss.pseudoLabels.indices.map { own[$0 % own.count] })
        return (value, batch.pictures.count)
    }

    private func matched(_ batch: ConsistencyBatch, _ number: Int, _ plan: any TrainingPlan) throws -> (ConsistencyLoss, Double) {
        let logits = try forward(batch.pictures.pixels, number, plan)
        let classes = trainer.data.classes
        let weak = rows(logits, pictures.labelledRows..<(pictures.labelledRows + pictures.unlabelledRows))
        thresholds.observe(weak.map { Softmax.probabilities($0) }, pictures: batch.unlabelled)
        var fairness: (term: SelfAdaptiveFairness, weight: Double)?
        if case .free(let free) = thresholds, let weight = settings.fairness { fairness = (free.fairness, weight) }
        let result = FixMatchLoss(weight: settings.weight, labelled: loss, fairness: fairness).evaluate(
            logits: logits, labels: batch.pictures.labels, thresholds: thresholds.values(classes: classes))
        return (result, settings.weight)
    }

    private func mixed(_ batch: ConsistencyBatch, _ number: Int, _ plan: any TrainingPlan) throws -> (ConsistencyLoss, Double) {
        let classes = trainer.data.classes
        let (labelled, each) = (pictures.labelledRows, pictures.unlabelledRows)
        // Guess: the mean over both views, sharpened.
        let guesses = rows(try forward(batch.pictures.pixels, number, plan), labelled..<(labelled + 2 * each)).map {
            Softmax.probabilities($0)
        }
        let guessed = (0..<each).map { index in
            MixMatchLoss.sharpened(zip(guesses[index], guesses[each + index]).map { ($0 + $1) / 2 }, temperature: settings.temperature)
        }
        let smoothing = loss.smoothing
        let labels = batch.pictures.labels.map { label in
            (0..<classes).map { ($0 == label ? 1 - smoothing : 0) + smoothing / Double(classes) }
        }
        let targets = labels + guessed + guessed
        var random = SeededRandom(seed: trainer.configuration.seed, purpose: "mixup.\(number)")
        let mixture = MixUp(rows: targets.count, alpha: settings.alpha, random: &random)
        let logits = try forward(mixture.pictures(batch.pictures.pixels), number, plan)
        let weight = MixMatchLoss.weight(maximum: settings.weight, step: number, steps: steps)
        let result = MixMatchLoss.evaluate(
            logits: logits, targets: mixture.targets(targets), labelled: labelled, weight: weight, classWeights: loss.classWeights)
        return (result, weight)
    }

    private func forward(_ pixels: [Float], _ number: Int, _ plan: any TrainingPlan) throws -> [Float] {
        let seed = trainer.dropoutSeed(number)
        return try pixels.withUnsafeBufferPointer { try plan.forward($0, seed: seed) }
    }

    private func rows(_ logits: [Float], _ range: Range<Int>) -> [ArraySlice<Float>] {
        let classes = trainer.data.classes
        return range.map { logits[($0 * classes)..<(($0 + 1) * classes)] }
    }

    func epochMeasures(observer: any TrainingObserver, fraction: Double) -> [String: Double] {
        let labelled = trainer.data.training.map(\.label)
        let needed = thresholds.values(classes: trainer.data.classes).min() ?? settings.threshold
        let alarms = measures.alarms(labelled: labelled, threshold: needed, fraction: fraction)
        for alarm in alarms where !alarming.contains(alarm.name) { observer.alarmed(alarm) }
        alarming = Set(alarms.map(\.name))
        defer { measures = ConsistencyMeasures() }
        return measures.summary(
            classes: trainer.data.classes, hasFairness: settings.fairness != nil, hasTruth: truth.contains { $0 != nil })
    }

    private struct Memory: Codable {
        let thresholds: Thresholds
        let measures: ConsistencyMeasures
        let alarming: Set<String>
    }

    func memory() throws -> Data? { try JSONEncoder().encode(Memory(thresholds: thresholds, measures: measures, alarming: alarming)) }

    func restore(_ memory: Data) throws {
        let restored = try JSONDecoder().decode(Memory.self, from: memory)
        (thresholds, measures, alarming) = (restored.thresholds, restored.measures, restored.alarming)
    }
}
