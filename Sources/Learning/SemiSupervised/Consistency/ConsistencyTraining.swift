import Engine
import Training

/// Trains one network on labelled and unlabelled pictures together. Resumable and bit-exact like ``Trainer``.
package struct ConsistencyTraining {
    package let trainer: Trainer
    package let settings: ConsistencySettings

    package init(trainer: Trainer, settings: ConsistencySettings) {
        self.trainer = trainer
        self.settings = settings
    }

    /// - Parameter unlabelled: at least one picture.
    /// - Throws: what ``Trainer/run(from:observer:)`` throws.
    package func run(from initial: ParameterSet, unlabelled: [PictureFile], observer: any TrainingObserver) throws -> TrainingResult {
        try trainer.run(ConsistencyProcedure(trainer, unlabelled: unlabelled, settings: settings), from: initial, observer: observer)
    }
}
