import Base
import Engine
import Foundation

/// What a ``TrainingSession`` repeats: batches of one kind and the step on them. Everything that decides a step derives from its number and from what
/// ``memory()`` holds, so that a resumed run takes the very steps of an uninterrupted one.
package protocol TrainingProcedure: AnyObject {
    associatedtype Batch: Sendable

    /// Rows of the training plan.
    var planBatch: Int { get }
    var stepsPerEpoch: Int { get }
    /// Of settings and pictures: what a checkpoint belongs to.
    func fingerprint() throws -> SHA256Digest
    /// The optimiser's step, counted from 0 over the whole training.
    func schedule(_ number: Int) -> OptimiserStep
    /// The batches of an epoch from `firstStep` on, made ahead on `threads` threads.
    func batches(epoch: Int, from firstStep: Int, threads: Int) -> Prefetcher<Batch>
    /// Forward, backward and update. Where it keeps the plan's average of the weights, that is validated and kept in place of the weights.
    /// - Returns: loss, and how many pictures were trained on.
    func step(_ batch: Batch, number: Int, plan: any TrainingPlan) throws -> (loss: Double, pictures: Int)
    /// What the epoch that ends showed, by name; counting begins anew.
    /// - Parameter fraction: how much of the run is over, 0…1; 1 also where it is stopped early.
    func epochMeasures(observer: any TrainingObserver, fraction: Double) -> [String: Double]
    /// What must be kept besides weights, their average and moments.
    func memory() throws -> Data?
    func restore(_ memory: Data) throws
}
