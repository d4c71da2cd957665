import Base
import Engine
import Foundation

/// One labelled batch a step, cross-entropy. Source: learning.md, section 3.
final class SupervisedProcedure: TrainingProcedure {
    private let trainer: Trainer
    private let order: EpochOrder
    private let rates: RateSchedule
    private let loss: CrossEntropy
    private let pictures: TrainingPictures

    init(_ trainer: Trainer) throws {
        self.trainer = trainer
        order = try EpochOrder(
            samples: trainer.data.training.count, batch: trainer.configuration.batchSize, seed: trainer.configuration.seed)
        rates = trainer.schedule(order)
        loss = trainer.loss
        pictures = trainer.pictures
    }

    var planBatch: Int { order.batch }
    var stepsPerEpoch: Int { order.stepsPerEpoch }
    func fingerprint() throws -> SHA256Digest { try trainer.data.fingerprint(trainer.configuration) }
    func schedule(_ number: Int) -> OptimiserStep { rates.step(number) }

    func batches(epoch: Int, from firstStep: Int, threads: Int) -> Prefetcher<PictureBatch> {
        pictures.batches(epoch: epoch, order: order, from: firstStep, threads: threads)
    }

    func step(_ batch: PictureBatch, number: Int, plan: any TrainingPlan) throws -> (loss: Double, pictures: Int) {
        let step = rates.step(number)
        let seed = trainer.dropoutSeed(number)
        let logits = try batch.pixels.withUnsafeBufferPointer { try plan.forward($0, seed: seed) }
        let (value, gradient) = loss.evaluate(
            logits: logits, labels: batch.labels, soft: batch.soft, mixture: batch.mixture, classes: trainer.data.classes)
        guard value.isFinite else { return (value, batch.count) }
        try plan.backward(gradient, headOnly: step.freezeBody)
        try plan.update(step)
        if let decay = trainer.configuration.averageDecay { try plan.updateAverage(decay: WeightAverage.decay(decay, step: number)) }
        return (value, batch.count)
    }

    func epochMeasures(observer: any TrainingObserver, fraction: Double) -> [String: Double] { [:] }
    func memory() -> Data? { nil }
    func restore(_ memory: Data) {}
}
