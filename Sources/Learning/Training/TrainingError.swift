import Engine
import Images

/// Why a training did not end with a network: what was got and what is allowed.
package enum TrainingError: Error, Sendable, Equatable {
    /// Asked to stop; a checkpoint holds the state, and running again continues from it.
    case interrupted
    case tooFewSamples(what: String, got: Int, needed: Int)
    case labelOutOfRange(picture: String, got: Int, classes: Int)
    case picture(name: String, reason: ImageError)
    case unreadable(name: String, reason: String)
    /// The loss is no longer a finite number: the learning rate is too high, or the weights are broken.
    case diverged(stage: String, epoch: Int, step: Int)
    /// A checkpoint that was written for other settings, pictures or labels.
    case foreignCheckpoint(file: String, got: String, expected: String)
    case brokenCheckpoint(file: String, detail: String)
    case outOfRange(name: String, got: String, allowed: String)
}
