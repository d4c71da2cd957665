import Base
import Engine
import Evaluation
import Foundation

/// The moving parts of one ``Trainer/run(from:observer:)``. Used by one thread.
final class TrainingSession {
    private let trainer: Trainer
    private let order: EpochOrder
    private let fingerprint: SHA256Digest
    private let observer: any TrainingObserver
    private let schedule: RateSchedule
    private let loss: CrossEntropy
    private let pictures: TrainingPictures
    private let plan: any TrainingPlan
    private let validationPlan: any FloatInferencePlan
    private var state: TrainingState
    private var best: ParameterSet?
    private var lastCheckpoint = ContinuousClock.now
    private var throughput = Throughput()

    init(trainer: Trainer, order: EpochOrder, fingerprint: SHA256Digest, initial: ParameterSet, observer: any TrainingObserver) throws {
        self.trainer = trainer
        self.order = order
        self.fingerprint = fingerprint
        self.observer = observer
        schedule = trainer.schedule(order)
        loss = trainer.loss
        pictures = trainer.pictures
        let side = trainer.configuration.geometry.size
        plan = try trainer.backend.trainingPlan(trainer.graph, PlanOptions(batch: order.batch, side: side, threads: trainer.threads))
        let validationBatch = min(order.batch, trainer.data.validation.count)
        validationPlan = try trainer.backend.inferencePlan(
            trainer.graph, initial, PlanOptions(batch: validationBatch, side: side, threads: trainer.threads))
        if let url = trainer.checkpoint, let saved = try Checkpoint.read(url, fingerprint: fingerprint, graph: trainer.graph) {
            state = saved.state
            best = saved.best
            try plan.load(saved.current)
            try plan.load(optimiser: saved.optimiser)
        } else {
            state = TrainingState(patience: trainer.configuration.patience)
            try plan.load(initial)
        }
    }

    private var epochs: Int { trainer.configuration.epochs }
    private var isOver: Bool { state.epoch >= epochs || state.stopping.shouldStop }

    /// Trains the epoch in progress to its end and validates. False: there is no further epoch.
    func runEpoch() throws -> Bool {
        if isOver { return false }
        let batches = pictures.batches(epoch: state.epoch, order: order, from: state.step, threads: trainer.threads)
        throughput.begin()
        while state.step < order.stepsPerEpoch {
            guard !observer.shouldStop else {
                try save()
                throw TrainingError.interrupted
            }
            guard let batch = try batches.next() else { break }
            try step(batch)
            throughput.add(pictures: batch.count)
            report()
        }
        try endEpoch()
        return !isOver
    }

    private func step(_ batch: PictureBatch) throws {
        let number = state.epoch * order.stepsPerEpoch + state.step
        let step = schedule.step(number)
        var dropout = SeededRandom(seed: trainer.configuration.seed, purpose: "dropout.\(number)")
        let seed = dropout.next()
        let logits = try batch.pixels.withUnsafeBufferPointer { try plan.forward($0, seed: seed) }
        let (value, gradient) = loss.evaluate(logits: logits, labels: batch.labels, soft: batch.soft, classes: trainer.data.classes)
        guard value.isFinite else { throw TrainingError.diverged(stage: trainer.stage, epoch: state.epoch + 1, step: state.step + 1) }
        try plan.backward(gradient, headOnly: step.freezeBody)
        try plan.update(step)
        state.lossSum += value
        state.step += 1
    }

    private func report() {
        let done = state.epoch * order.stepsPerEpoch + state.step
        observer.progressed(
            TrainingProgress(
                epoch: state.epoch + 1, epochs: epochs, step: state.step, stepsPerEpoch: order.stepsPerEpoch,
                fraction: Double(done) / Double(epochs * order.stepsPerEpoch), imagesPerSecond: throughput.recent), stage: trainer.stage)
    }

    private func endEpoch() throws {
        let parameters = try plan.parameters()
        try validationPlan.load(parameters)
        let validation = trainer.data.validation
        let logits = try trainer.evaluator.logits(of: validation.map(\.picture), plan: validationPlan)
        guard logits.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw TrainingError.diverged(stage: trainer.stage, epoch: state.epoch + 1, step: state.step)
        }
        let measures = try ClassificationMeasures(logits: logits, labels: validation.map(\.label))
        let isBest = state.stopping.record(epoch: state.epoch + 1, macroF1: measures.macroF1, loss: measures.logLoss)
        if isBest { best = parameters }
        let metrics = EpochMetrics(
            epoch: state.epoch + 1, trainLoss: state.lossSum / Double(order.stepsPerEpoch), validationLoss: measures.logLoss,
            validationAccuracy: measures.accuracy, validationMacroF1: measures.macroF1,
            learningRate: Double(schedule.step((state.epoch + 1) * order.stepsPerEpoch - 1).headRate), imagesPerSecond: throughput.epoch,
            isBest: isBest)
        state.history.append(metrics)
        (state.epoch, state.step, state.lossSum) = (state.epoch + 1, 0, 0)
        observer.epochEnded(metrics, stage: trainer.stage)
        if ContinuousClock.now - lastCheckpoint >= trainer.checkpointInterval { try save() }
    }

    private func save() throws {
        guard let url = trainer.checkpoint else { return }
        let checkpoint = Checkpoint(state: state, current: try plan.parameters(), best: best, optimiser: try plan.optimiserState())
        try checkpoint.write(to: url, fingerprint: fingerprint)
        lastCheckpoint = .now
    }

    func result() throws -> TrainingResult {
        guard let best, let bestEpoch = state.stopping.bestEpoch else {
            throw TrainingError.brokenCheckpoint(file: trainer.checkpoint?.lastPathComponent ?? trainer.stage, detail: "no finished epoch")
        }
        return TrainingResult(
            parameters: best,
            summary: TrainingSummary(
                trainingPictures: trainer.data.training.count, validationPictures: trainer.data.validation.count,
                steps: state.epoch * order.stepsPerEpoch, batch: order.batch, bestEpoch: bestEpoch, bestMacroF1: state.stopping.bestMacroF1,
                stoppedEarly: state.epoch < epochs, history: state.history))
    }
}
