import Base
import Engine
import Foundation

/// Trains the networks of a job one after the other, each only once, however often the job is taken up again.
///
/// `<stage>.checkpoint.safetensors` is the one in progress; it gives way to `<stage>.finished.safetensors`.
package struct StageRunner {
    package let cache: PictureCache
    package let backend: any Backend
    package let threads: Int
    /// Holds the checkpoints; exists.
    package let directory: URL
    /// See ``Trainer/checkpointInterval``.
    package let checkpointInterval: Duration
    /// Where supervised trainings are looked for and left that other jobs have in common with this one; nil: nowhere.
    package let shared: SharedStages?

    package init(
        cache: PictureCache, backend: any Backend, threads: Int, directory: URL, checkpointInterval: Duration = .seconds(5),
        shared: SharedStages? = nil
    ) {
        self.cache = cache
        self.backend = backend
        self.threads = threads
        self.directory = directory
        self.checkpointInterval = checkpointInterval
        self.shared = shared
    }

    /// The stage's result: read where it is finished, else trained from where its checkpoint stands.
    package func run(_ stage: String, _ recipe: Recipe, data: TrainingData, observer: any TrainingObserver) throws -> TrainingResult {
        func train() throws -> TrainingResult {
            try run(stage, recipe, data: data) { trainer in try trainer.run(from: recipe.initial, observer: observer) }
        }
        guard let shared else { return try train() }
        let key = try SHA256Digest(of: recipe, data: data, threads: threads, backend: backend.description)
        return try shared.result(key, graph: recipe.graph, finished: finished(stage), shouldStop: { observer.shouldStop }, train: train)
    }

    private func finished(_ stage: String) -> URL { directory.appendingPathComponent("\(stage).finished.safetensors") }

    /// The same with a training of another kind: `train` is given the trainer that keeps the stage's checkpoint.
    package func run(_ stage: String, _ recipe: Recipe, data: TrainingData, train: (Trainer) throws -> TrainingResult) throws
        -> TrainingResult
    {
        let finished = finished(stage)
        if let result = try FinishedStage.read(finished, graph: recipe.graph) { return result }
        let checkpoint = directory.appendingPathComponent("\(stage).checkpoint.safetensors")
        var trainer = Trainer(
            stage: stage, graph: recipe.graph, configuration: recipe.configuration, data: data, cache: cache, backend: backend,
            threads: threads,
            checkpoint: checkpoint)
        trainer.checkpointInterval = checkpointInterval
        let result = try train(trainer)
        try FinishedStage.write(result, to: finished)
        // The finished file is durable: a checkpoint that outlives it (no such file, or a crash here) does no harm.
        try? FileManager.default.removeItem(at: checkpoint)
        return result
    }
}
