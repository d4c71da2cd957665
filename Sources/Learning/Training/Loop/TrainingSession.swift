import Base
import Engine
import Evaluation
import Foundation

/// The moving parts of one ``Trainer/run(from:observer:)``. Used by one thread.
final class TrainingSession<Procedure: TrainingProcedure> {
    private let trainer: Trainer
    private let procedure: Procedure
    private let fingerprint: SHA256Digest
    private let observer: any TrainingObserver
    private let plan: any TrainingPlan
    private let validationPlan: any FloatInferencePlan
    private var state: TrainingState
    private var best: ParameterSet?
    private var lastCheckpoint = ContinuousClock.now
    /// How long the last checkpoint took.
    private var checkpointCost = Duration.zero
    private var loader = LoaderTime()
    /// The batches of the epoch to come, made while the one before is validated.
    private var upcoming: Prefetcher<Procedure.Batch>?
    private var throughput = Throughput()

    init(trainer: Trainer, procedure: Procedure, initial: ParameterSet, observer: any TrainingObserver) throws {
        self.trainer = trainer
        self.procedure = procedure
        self.observer = observer
        fingerprint = try procedure.fingerprint()
        let side = trainer.configuration.geometry.size
        var options = PlanOptions(batch: procedure.planBatch, side: side, threads: trainer.threads)
        options.precision = trainer.configuration.precision
        plan = try trainer.backend.trainingPlan(trainer.graph, options)
        let validationBatch = min(trainer.configuration.batchSize, trainer.data.validation.count)
        validationPlan = try trainer.backend.inferencePlan(
            trainer.graph, initial, PlanOptions(batch: validationBatch, side: side, threads: trainer.threads))
        if let url = trainer.checkpoint, let saved = try Checkpoint.read(url, fingerprint: fingerprint, graph: trainer.graph) {
            state = saved.state
            best = saved.best
            try plan.load(saved.current)
            try plan.load(optimiser: saved.optimiser)
            if let average = saved.average { try plan.load(average: average) }
            if let memory = saved.state.memory { try procedure.restore(memory) }
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
        let batches = upcoming ?? procedure.batches(epoch: state.epoch, from: state.step, threads: trainer.threads)
        upcoming = nil
        throughput.begin()
        loader = LoaderTime()
        while state.step < procedure.stepsPerEpoch {
            guard !observer.shouldStop else {
                try save()
                throw TrainingError.interrupted
            }
            let start = ContinuousClock.now
            guard let batch = try batches.next() else { break }
            let ready = ContinuousClock.now
            let (loss, pictures) = try procedure.step(batch, number: state.epoch * procedure.stepsPerEpoch + state.step, plan: plan)
            guard loss.isFinite else { throw TrainingError.diverged(stage: trainer.stage, epoch: state.epoch + 1, step: state.step + 1) }
            state.lossSum += loss
            state.step += 1
            throughput.add(pictures: pictures)
            loader.add(waited: ready - start, total: .now - start)
            report()
            try saveIfDue()
        }
        if state.epoch + 1 < epochs { upcoming = procedure.batches(epoch: state.epoch + 1, from: 0, threads: trainer.threads) }
        try endEpoch()
        return !isOver
    }

    private func report() {
        let done = state.epoch * procedure.stepsPerEpoch + state.step
        observer.progressed(
            TrainingProgress(
                epoch: state.epoch + 1, epochs: epochs, step: state.step, stepsPerEpoch: procedure.stepsPerEpoch,
                fraction: Double(done) / Double(epochs * procedure.stepsPerEpoch), imagesPerSecond: throughput.recent), stage: trainer.stage
        )
    }

    private func endEpoch() throws {
        let parameters = try plan.average() ?? plan.parameters()
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
            epoch: state.epoch + 1, trainLoss: state.lossSum / Double(procedure.stepsPerEpoch), validationLoss: measures.logLoss,
            validationAccuracy: measures.accuracy, validationMacroF1: measures.macroF1,
            learningRate: Double(procedure.schedule((state.epoch + 1) * procedure.stepsPerEpoch - 1).headRate),
            imagesPerSecond: throughput.epoch, dataWaitShare: loader.share, isBest: isBest,
            measures: procedure.epochMeasures(
                observer: observer, fraction: state.stopping.shouldStop ? 1 : Double(state.epoch + 1) / Double(epochs)))
        state.history.append(metrics)
        state.loader = state.loader ?? LoaderTime()
        state.loader?.add(loader)
        (state.epoch, state.step, state.lossSum) = (state.epoch + 1, 0, 0)
        observer.epochEnded(metrics, stage: trainer.stage)
        try saveIfDue()
    }

    /// Writes a checkpoint where the last one is older than the interval, and so old that writing takes a twentieth of the time at most.
    private func saveIfDue() throws {
        let age = ContinuousClock.now - lastCheckpoint
        guard age >= trainer.checkpointInterval, trainer.checkpointInterval == .zero || age >= checkpointCost * 20 else { return }
        try save()
    }

    private func save() throws {
        guard let url = trainer.checkpoint else { return }
        let start = ContinuousClock.now
        state.memory = try procedure.memory()
        let checkpoint = Checkpoint(
            state: state, current: try plan.parameters(), best: best, average: try plan.average(), optimiser: try plan.optimiserState())
        try checkpoint.write(to: url, fingerprint: fingerprint)
        lastCheckpoint = .now
        checkpointCost = lastCheckpoint - start
    }

    func result() throws -> TrainingResult {
        guard let best, let bestEpoch = state.stopping.bestEpoch else {
            throw TrainingError.brokenCheckpoint(file: trainer.checkpoint?.lastPathComponent ?? trainer.stage, detail: "no finished epoch")
        }
        return TrainingResult(
            parameters: best,
            summary: TrainingSummary(
                trainingPictures: trainer.data.training.count, validationPictures: trainer.data.validation.count,
                steps: state.epoch * procedure.stepsPerEpoch, batch: procedure.planBatch, bestEpoch: bestEpoch,
                bestMacroF1: state.stopping.bestMacroF1,
                stoppedEarly: state.epoch < epochs, dataWaitShare: state.loader?.share, history: state.history))
    }
}
