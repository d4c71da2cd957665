import Foundation

/// Where a training stands, but for its tensors: with them, all that is needed to go on as if nothing had happened.
///
/// Random numbers need no state here: each derives from the seed and the place (epoch, step, picture) it is used at.
package struct TrainingState: Sendable, Codable, Equatable {
    /// The epoch in progress, from 0.
    package var epoch = 0
    /// Its next step, from 0.
    package var step = 0
    /// Sum of the losses of the epoch's steps so far.
    package var lossSum = 0.0
    package var history: [EpochMetrics] = []
    package var stopping: EarlyStopping
    /// Of the finished epochs; nil in checkpoints of an earlier release.
    package var loader: LoaderTime?
    /// What the procedure keeps of its own.
    package var memory: Data?

    package init(patience: Int) { stopping = EarlyStopping(patience: patience) }
}
