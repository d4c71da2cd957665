import Base
import Engine
import Foundation
import Images
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Trainings that jobs share")
struct SharedStagesSpecs {
    private static let graph = ColourGraph.graph(classes: 3)

    private static func recipe(seed: UInt64 = 3) -> Recipe {
        Recipe(
            graph: graph, initial: .initial(for: graph, seed: seed),
            configuration: TrainingConfiguration(
                seed: seed, epochs: 3, freezeEpochs: 0, batchSize: 4, learningRate: 0.1, bodyDivisor: 1, patience: 10,
                geometry: ColourPictures.geometry))
    }

    private static func data(prefix: String = "t", _ directory: URL) throws -> TrainingData {
        try TrainingData(
            classes: 3, training: try ColourPictures.write(9, prefix: prefix, to: directory),
            validation: try ColourPictures.write(6, prefix: "v", to: directory))
    }

    private static func runner(_ shared: URL, threads: Int = 1) throws -> StageRunner {
        StageRunner(
            cache: PictureCache(geometry: ColourPictures.geometry), backend: ColourBackend(), threads: threads,
            directory: try TestSupport.temporaryDirectory(), shared: SharedStages(directory: shared))
    }

    @Test("are done by whoever comes first; the others take the result under their own stage's name, and keep it")
    func takes() throws {
        // Given a job that has trained
        let place = try TestSupport.temporaryDirectory()
        let (data, shared) = (try Self.data(place), place.appendingPathComponent("shared"))
        let first = try Self.runner(shared).run("supervised", Self.recipe(), data: data, observer: RecordingObserver())
        // When another one needs the same as its teacher
        let observer = RecordingObserver()
        let other = try Self.runner(shared)
        let taken = try other.run("teacher", Self.recipe(), data: data, observer: observer)
        // Then it takes no step, and has the same weights and history
        #expect(observer.progress.isEmpty && taken.parameters == first.parameters && taken.summary == first.summary)
        // And it has it also without the shared folder
        try FileManager.default.removeItem(at: shared)
        #expect(try other.run("teacher", Self.recipe(), data: data, observer: observer).parameters == first.parameters)
        #expect(observer.progress.isEmpty)
    }

    @Test("are told apart by seed, pictures and threads")
    func tellsApart() throws {
        let place = try TestSupport.temporaryDirectory()
        let (data, shared) = (try Self.data(place), place.appendingPathComponent("shared"))
        func steps(_ recipe: Recipe, _ data: TrainingData, threads: Int = 1) throws -> Int {
            let observer = RecordingObserver()
            _ = try Self.runner(shared, threads: threads).run("supervised", recipe, data: data, observer: observer)
            return observer.progress.count
        }
        #expect(try steps(Self.recipe(), data) > 0)
        #expect(try steps(Self.recipe(seed: 4), data) > 0)
        #expect(try steps(Self.recipe(), data, threads: 2) > 0)
        #expect(try steps(Self.recipe(), try Self.data(prefix: "other", place)) > 0)
        #expect(try steps(Self.recipe(), data) == 0)
    }

    @Test("wait for the job that is making them, and go on by themselves when it dies; told to stop, they stop")
    func waits() async throws {
        // Given a lock that another process holds: the key of the training is the only file that a first run leaves
        let place = try TestSupport.temporaryDirectory()
        let (data, shared) = (try Self.data(place), place.appendingPathComponent("shared"))
        let first = try Self.runner(shared).run("supervised", Self.recipe(), data: data, observer: RecordingObserver())
        let names = try FileManager.default.contentsOfDirectory(atPath: shared.path)
        let result = try #require(names.first { $0.hasSuffix(".safetensors") })
        let lock = try #require(names.first { $0.hasSuffix(".lock") })
        try FileManager.default.removeItem(at: shared.appendingPathComponent(result))
        let descriptor = open(shared.appendingPathComponent(lock).path, O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        // When a job that is to stop needs it
        let stopped = try Self.runner(shared)
        #expect(throws: TrainingError.interrupted) {
            try stopped.run("supervised", Self.recipe(), data: data, observer: RecordingObserver(stopAfter: 0))
        }
        // Then it stops; and one that is not waits until the lock is given up, and trains
        let observer = RecordingObserver()
        let waiting = try Self.runner(shared)
        async let trained = waiting.run("supervised", Self.recipe(), data: data, observer: observer)
        try await Task.sleep(for: .milliseconds(50))
        #expect(observer.progress.isEmpty)
        close(descriptor)
        #expect(try await trained.parameters == first.parameters)
        #expect(!observer.progress.isEmpty)
    }
}
