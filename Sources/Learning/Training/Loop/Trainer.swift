import Augmentation
import Base
import Engine
import Evaluation
import Foundation
import Images

/// Supervised training: batches in, loss down, checkpoints and events out. Source: learning.md, section 3.
///
/// Invariants:
/// 1. The weights after step n depend on configuration, data, initial weights and threads only, never on how often the run was interrupted.
/// 2. The checkpoint file is whole at every moment. It is written when the run is told to stop, and after a step where the last one is older than ``checkpointInterval``.
/// 3. Validation uses the inference plan and the evaluation geometry: what the service will run.
package struct Trainer {
    /// The name that events bear: `supervised`, `teacher`, `student`.
    package let stage: String
    package let graph: Graph
    package let configuration: TrainingConfiguration
    package let data: TrainingData
    package let cache: PictureCache
    package let backend: any Backend
    /// Threads of the plans; pictures are made on as many of their own.
    package let threads: Int
    /// Nil keeps no checkpoint.
    package let checkpoint: URL?
    /// A kill loses at most this time, or twenty times what writing a checkpoint takes; zero: after every step.
    package var checkpointInterval: Duration = .seconds(5)

    package init(
        stage: String, graph: Graph, configuration: TrainingConfiguration, data: TrainingData, cache: PictureCache, backend: any Backend,
        threads: Int,
        checkpoint: URL?
    ) {
        self.stage = stage
        self.graph = graph
        self.configuration = configuration
        self.data = data
        self.cache = cache
        self.backend = backend
        self.threads = threads
        self.checkpoint = checkpoint
    }

    /// Trains to the end, from `initial` or from where the checkpoint stands. Blocks its thread.
    ///
    /// - Throws: ``TrainingError/interrupted`` when the observer says so (the checkpoint is written), ``TrainingError/diverged(stage:epoch:step:)`` when the loss is no number,
    ///   and what reading pictures, compiling plans and writing the checkpoint throw.
    package func run(from initial: ParameterSet, observer: any TrainingObserver) throws -> TrainingResult {
        try run(SupervisedProcedure(self), from: initial, observer: observer)
    }

    /// The same with steps of another kind.
    package func run(_ procedure: some TrainingProcedure, from initial: ParameterSet, observer: any TrainingObserver) throws
        -> TrainingResult
    {
        try configuration.validate()
        let session = try TrainingSession(trainer: self, procedure: procedure, initial: initial, observer: observer)
        while try session.runEpoch() {}
        return try session.result()
    }

    /// Cross-entropy with the smoothing and class weights of the configuration.
    package var loss: CrossEntropy {
        let balanced =
            configuration.balancesClasses ? CrossEntropy.balancedWeights(labels: data.training.map(\.label), classes: data.classes) : nil
        let weights = configuration.classWeights ?? balanced
        return CrossEntropy(smoothing: configuration.labelSmoothing, classWeights: weights)
    }

    func schedule(_ order: EpochOrder) -> RateSchedule {
        RateSchedule(
            optimiser: configuration.optimiser, maximum: configuration.learningRate,
            frozenSteps: configuration.freezeEpochs * order.stepsPerEpoch,
            wholeSteps: (configuration.epochs - configuration.freezeEpochs) * order.stepsPerEpoch, bodyDivisor: configuration.bodyDivisor)
    }

    /// The seed of a step's dropout.
    package func dropoutSeed(_ number: Int) -> UInt64 {
        var dropout = SeededRandom(seed: configuration.seed, purpose: "dropout.\(number)")
        return dropout.next()
    }

    var pictures: TrainingPictures {
        TrainingPictures(
            samples: data.training, cache: cache,
            augmentation: WeakAugmentation(size: configuration.geometry.size, fit: configuration.geometry.fit, flips: configuration.flips),
            normalisation: configuration.normalisation, seed: configuration.seed, mixUp: configuration.mixUp)
    }

    var evaluator: PictureEvaluator { PictureEvaluator(cache: cache, normalisation: configuration.normalisation, threads: threads) }
}
