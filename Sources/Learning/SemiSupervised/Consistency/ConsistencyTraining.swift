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

    /// - Parameters:
    ///   - unlabelled: at least one picture.
    ///   - hidden: by picture name the class that the evaluator knows; its share of right pseudo-labels is measured, nothing learns from it.
    /// - Throws: what ``Trainer/run(from:observer:)`` throws.
    package func run(from initial: ParameterSet, unlabelled: [PictureFile], hidden: [String: Int] = [:], observer: any TrainingObserver)
        throws
        -> TrainingResult
    {
        let procedure = try ConsistencyProcedure(trainer, unlabelled: unlabelled, hidden: hidden, settings: settings)
        return try trainer.run(procedure, from: initial, observer: observer)
    }
}
