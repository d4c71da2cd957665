import Foundation
import Jobs
import SemiSupervised
import Synchronization
import Training

/// Writes what happens into the job's journal, and passes SIGTERM on to whoever trains.
///
/// A journal that cannot be written (disk full) ends the job too: ``shouldStop`` turns true and ``check()`` throws the reason.
final class JournalObserver: DistillationObserver {
    private struct State {
        var meter = JobMeter([])
        var lastProgress = -Double.infinity
        var fault: String?
        var phaseSeconds: [String: Double] = [:]
        var phase: (name: String, begun: Double)?
    }

    private let journal: WorkerJournal
    private let classes: [String]
    private let stopAsked: @Sendable () -> Bool
    private let state = Mutex(State())
    private let begun = ContinuousClock.now
    /// Seconds between two lines of progress.
    private static let interval = 0.5

    init(journal: WorkerJournal, classes: [String], stopAsked: @escaping @Sendable () -> Bool) {
        self.journal = journal
        self.classes = classes
        self.stopAsked = stopAsked
    }

    var shouldStop: Bool { stopAsked() || state.withLock { $0.fault != nil } }

    /// - Throws: ``TrainingJobError/journal(_:)`` where an event could not be written; ``TrainingError/interrupted`` where the job is to stop.
    func check() throws {
        if let fault = state.withLock({ $0.fault }) { throw TrainingJobError.journal(fault) }
        if stopAsked() { throw TrainingError.interrupted }
    }

    func plan(_ meter: JobMeter) { state.withLock { $0.meter = meter } }
    func revise(_ phase: JobPhase, cost: Double) { state.withLock { $0.meter.revise(phase, cost: cost) } }

    /// Seconds that each phase took in this attempt.
    var phaseSeconds: [String: Double] {
        state.withLock { state in
            var seconds = state.phaseSeconds
            if let phase = state.phase { seconds[phase.name, default: 0] += now - phase.begun }
            return seconds
        }
    }

    func progressed(_ progress: TrainingProgress, stage: String) {
        write(stage, share: progress.fraction, isLast: progress.fraction == 1) {
            $0.epoch = progress.epoch
            $0.epochs = progress.epochs
            $0.step = progress.step
            $0.imagesPerSecond = progress.imagesPerSecond
        }
    }

    func evaluated(_ done: Int, of total: Int, stage: String) {
        write(stage, share: Double(done) / Double(max(1, total)), isLast: done == total) { _ in }
    }

    func epochEnded(_ metrics: EpochMetrics, stage: String) {
        var counted: [String: Double] = [:]
        for (name, value) in metrics.measures { counted[readable(name)] = value }
        counted["data_wait_share"] = metrics.dataWaitShare
        record { [counted] in
            try journal.metric(
                [
                    "train_loss": metrics.trainLoss, "validation_loss": metrics.validationLoss,
                    "validation_accuracy": metrics.validationAccuracy,
                    "validation_macro_f1": metrics.validationMacroF1, "learning_rate": metrics.learningRate,
                    "images_per_s": metrics.imagesPerSecond,
                ].merging(counted) { own, _ in own }, epoch: metrics.epoch, phase: stage)
        }
    }

    /// `pseudo_labels.2` with the class's name in place of its number.
    private func readable(_ measure: String) -> String {
        let prefix = "pseudo_labels."
        guard measure.hasPrefix(prefix), let index = Int(measure.dropFirst(prefix.count)), classes.indices.contains(index) else {
            return measure
        }
        return prefix + classes[index]
    }

    func pseudoLabelled(_ summary: PseudoLabelSummary, round: Int) {
        var metrics = ["mask_rate": summary.maskRate, "pseudo_labels": Double(summary.kept), "mean_probability": summary.meanProbability]
        for (name, count) in zip(classes, summary.histogram) { metrics["pseudo_labels.\(name)"] = Double(count) }
        record { try journal.metric(metrics, phase: DistillationStage.labelling(round: round)) }
        log(
            "\(summary.kept) of \(summary.unlabelled) unlabelled pictures are used: "
                + zip(classes, summary.histogram).map { "\($0) \($1)" }.joined(separator: ", "))
    }

    /// How many of a round's pseudo-labels are right, as far as the evaluator knows.
    func judged(_ accuracy: HiddenLabelAccuracy, round: Int) {
        record { try journal.metric(accuracy.measures, phase: DistillationStage.labelling(round: round)) }
    }

    func alarmed(_ alarm: TrainingAlarm) {
        let message: String
        switch alarm {
        case .noPseudoLabels(let confidence, let likeliest):
            message =
                "no unlabelled picture is used: the surest has a probability of \(Self.short(likeliest)), above \(Self.short(confidence)) is needed"
        case .collapse(let index, let share, let labelled):
            message =
                "\(Self.short(share * 100)) % of the pseudo-labels are \(classes[index]), but only \(Self.short(labelled * 100)) % of the labelled pictures"
        }
        record { try journal.alarm(alarm.name, message) }
    }

    func log(_ message: String) { record { try journal.log(message) } }

    private var now: Double { begun.duration(to: .now) / .seconds(1) }

    private func write(_ stage: String, share: Double, isLast: Bool, _ fill: (inout JobProgress) -> Void) {
        let seconds = now
        let progress: JobProgress? = state.withLock { state in
            if state.phase?.name != stage {
                if let phase = state.phase { state.phaseSeconds[phase.name, default: 0] += seconds - phase.begun }
                state.phase = (stage, seconds)
                state.lastProgress = -.infinity
            }
            let (fraction, left) = state.meter.advance(JobPhase(rawValue: stage), share: share, seconds: seconds)
            guard isLast || seconds - state.lastProgress >= Self.interval else { return nil }
            state.lastProgress = seconds
            var progress = JobProgress(fraction: fraction, phase: stage)
            progress.etaSeconds = left
            return progress
        }
        guard var progress else { return }
        fill(&progress)
        record { [progress] in try journal.progress(progress) }
    }

    private func record(_ write: () throws -> Void) {
        do { try write() } catch { state.withLock { $0.fault = $0.fault ?? "\(error)" } }
    }

    private static func short(_ number: Double) -> String { String(format: "%.3g", number) }
}
