import Engine
import Foundation
import Images
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("The training loop")
struct TrainerSpecs {
    private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            seed: 3, epochs: 4, freezeEpochs: 1, batchSize: 4, learningRate: 0.1, bodyDivisor: 2, patience: 10,
            geometry: ColourPictures.geometry)
        change(&configuration)
        return configuration
    }

    private func data(_ directory: URL, training: Int = 15, strength: Int = 60) throws -> TrainingData {
        try TrainingData(
            classes: 3, training: try ColourPictures.write(training, strength: strength, prefix: "t", to: directory),
            validation: try ColourPictures.write(6, strength: strength, prefix: "v", to: directory))
    }

    private func trainer(
        _ data: TrainingData, _ configuration: TrainingConfiguration, threads: Int = 1, checkpoint: URL? = nil, everyStep: Bool = false,
        capacity: Int = 1 << 20
    ) -> Trainer {
        var trainer = Trainer(
            stage: "supervised", graph: ColourGraph.graph(classes: 3), configuration: configuration, data: data,
            cache: PictureCache(geometry: configuration.geometry, capacity: capacity), backend: ColourBackend(), threads: threads,
            checkpoint: checkpoint)
        // Each is fsynced: only where a spec looks at them.
        if everyStep { trainer.checkpointInterval = .zero }
        return trainer
    }

    private let initial = ParameterSet.initial(for: ColourGraph.graph(classes: 3), seed: 9)

    @Test("learns to tell colours, and says so after every epoch")
    func learns() throws {
        // Given fifteen pictures of three colours
        let data = try data(try TestSupport.temporaryDirectory())
        let observer = RecordingObserver()
        // When a network is trained for twelve epochs
        let result = try trainer(data, configuration { $0.epochs = 12 }).run(from: initial, observer: observer)
        // Then it tells the validation pictures apart, its history was shown, and progress rose to 1
        #expect(result.summary.bestMacroF1 == 1)
        #expect(result.summary.history == observer.metrics["supervised"])
        #expect(result.summary.steps == 12 * 4 && result.summary.batch == 4)
        #expect(observer.progress.map(\.fraction) == (1...48).map { Double($0) / 48 })
        let losses = result.summary.history.map(\.trainLoss)
        #expect(try #require(losses.last) < 0.5 * (try #require(losses.first)))
    }

    @Test("gives bit-identical weights again, whatever the loader's threads and the cache's size")
    func isDeterministic() throws {
        let data = try data(try TestSupport.temporaryDirectory())
        let first = try trainer(data, configuration()).run(from: initial, observer: RecordingObserver())
        let again = try trainer(data, configuration(), threads: 4, capacity: 0).run(from: initial, observer: RecordingObserver())
        #expect(first.parameters == again.parameters)
        // And another seed gives others
        let other = try trainer(data, configuration { $0.seed = 4 }).run(from: initial, observer: RecordingObserver())
        #expect(first.parameters != other.parameters)
    }

    @Test("stopped after any step and resumed, it ends with the weights of a run that was never stopped", arguments: [false, true])
    func resumesBitIdentically(withOptions: Bool) throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        // Given a plain training, and one with MixUp, an average of the weights, class weights and label smoothing
        func configuration() -> TrainingConfiguration {
            self.configuration {
                guard withOptions else { return }
                ($0.mixUp, $0.averageDecay, $0.classWeights, $0.labelSmoothing) = (0.4, 0.9, [1, 2, 0.5], 0.1)
            }
        }
        let whole = try trainer(data, configuration()).run(from: initial, observer: RecordingObserver())
        for steps in 0..<16 {
            // Given a run that is told to stop after so many of its 16 steps
            let checkpoint = directory.appendingPathComponent("stopped-\(steps).safetensors")
            #expect(throws: TrainingError.interrupted) {
                try trainer(data, configuration(), checkpoint: checkpoint).run(from: initial, observer: RecordingObserver(stopAfter: steps))
            }
            // When it is run again
            let observer = RecordingObserver()
            let resumed = try trainer(data, configuration(), checkpoint: checkpoint).run(from: initial, observer: observer)
            // Then it takes the remaining steps only, and every weight and figure is the same
            #expect(observer.progress.count == 16 - steps)
            #expect(resumed.parameters == whole.parameters)
            #expect(resumed.summary.history.map(\.trainLoss) == whole.summary.history.map(\.trainLoss))
            #expect(resumed.summary.bestEpoch == whole.summary.bestEpoch)
        }
    }

    @Test("killed after an epoch's checkpoint, it repeats the lost steps and ends with the same weights")
    func resumesAfterAKill() throws {
        // Given a run whose process died in the third epoch: what is left is the checkpoint of the second
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        let checkpoint = directory.appendingPathComponent("killed.safetensors")
        let left = directory.appendingPathComponent("left.safetensors")
        let watcher = CopyingObserver(from: checkpoint, to: left, atStep: 9)
        let whole = try trainer(data, configuration(), checkpoint: checkpoint, everyStep: true).run(from: initial, observer: watcher)
        // When another run begins with that file
        let observer = RecordingObserver()
        let resumed = try trainer(data, configuration(), checkpoint: left).run(from: initial, observer: observer)
        // Then eight steps are repeated or new, and the weights are the same
        #expect(observer.progress.count == 8)
        #expect(resumed.parameters == whole.parameters)
    }

    @Test("frozen epochs train the head and leave the body as it was")
    func freezes() throws {
        // Given a training with two frozen epochs of four steps, stopped after the eighth step, and one stopped a step later
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        let settings = configuration { $0.freezeEpochs = 2 }
        func stopped(after steps: Int) throws -> ParameterSet {
            let url = directory.appendingPathComponent("\(steps).safetensors")
            #expect(throws: TrainingError.interrupted) {
                try trainer(data, settings, checkpoint: url).run(from: initial, observer: RecordingObserver(stopAfter: steps))
            }
            return try #require(try Checkpoint.read(url, fingerprint: data.fingerprint(settings), graph: ColourGraph.graph(classes: 3)))
                .current
        }
        let frozen = try stopped(after: 8)
        let free = try stopped(after: 9)
        // Then the body begins to move with the ninth
        #expect(frozen["head.weight"] != initial["head.weight"])
        #expect(frozen["body.weight"] == initial["body.weight"] && frozen["body.bias"] == initial["body.bias"])
        #expect(free["body.weight"] != initial["body.weight"])
    }

    @Test("what is validated and kept is the average of the weights, where one is asked for")
    func averages() throws {
        // Given a training of one epoch of four steps with an average
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        let settings = configuration { ($0.epochs, $0.freezeEpochs, $0.averageDecay) = (1, 0, 0.999) }
        let result = try trainer(data, settings).run(from: initial, observer: RecordingObserver())
        // When the weights after each step are averaged here: a copy, then decays 2/11, 3/12, 4/13
        var average: [String: [Float]] = [:]
        for step in 1...3 {
            let url = directory.appendingPathComponent("\(step).safetensors")
            let left = directory.appendingPathComponent("left-\(step).safetensors")
            let observer = CopyingObserver(from: url, to: left, atStep: step + 1)
            _ = try trainer(data, settings, checkpoint: url, everyStep: true).run(from: initial, observer: observer)
            let graph = ColourGraph.graph(classes: 3)
            let saved = try #require(try Checkpoint.read(left, fingerprint: data.fingerprint(settings), graph: graph))
            let decay = Float(step) / Float(9 + step)
            for (name, tensor) in saved.current.tensors {
                average[name] = step == 1 ? tensor.values : zip(average[name] ?? [], tensor.values).map { decay * $0 + (1 - decay) * $1 }
            }
            // Then each checkpoint holds that average
            let kept = try #require(saved.average)
            for (name, values) in average {
                #expect(zip(kept.tensors[name]?.values ?? [], values).allSatisfy { abs($0 - $1) < 1e-6 }, "\(name) after step \(step)")
            }
        }
        // And the result is no plain set of weights
        let plain = try trainer(data, configuration { ($0.epochs, $0.freezeEpochs) = (1, 0) }).run(
            from: initial, observer: RecordingObserver())
        #expect(result.parameters != plain.parameters)
    }

    @Test("says what share of its time no picture was ready, per epoch and over all")
    func waits() throws {
        let data = try data(try TestSupport.temporaryDirectory())
        let result = try trainer(data, configuration()).run(from: initial, observer: RecordingObserver())
        let shares = result.summary.history.compactMap(\.dataWaitShare)
        #expect(shares.count == 4 && shares.allSatisfy { (0...1).contains($0) })
        #expect((0...1).contains(try #require(result.summary.dataWaitShare)))
    }

    @Test("a rate that is far too high ends with diverged, not with a network")
    func diverges() throws {
        let data = try data(try TestSupport.temporaryDirectory())
        let wild = configuration {
            $0.learningRate = 1e30; $0.optimiser = .sgd(momentum: 0.9, nesterov: true, weightDecay: 0); $0.freezeEpochs = 0
        }
        #expect {
            try trainer(data, wild).run(from: initial, observer: RecordingObserver())
        } throws: { error in
            guard case TrainingError.diverged = error else { return false }
            return true
        }
    }

    @Test("stops early when the validation no longer gains, and keeps the best epoch")
    func stopsEarly() throws {
        // Given pictures without any class, so that there is nothing to gain
        let data = try data(try TestSupport.temporaryDirectory(), strength: 0)
        let result = try trainer(
            data,
            configuration {
                $0.epochs = 60; $0.patience = 2; $0.learningRate = 0.5
            }
        ).run(from: initial, observer: RecordingObserver())
        // Then it ends two epochs after the best
        #expect(result.summary.stoppedEarly)
        #expect(result.summary.history.count == result.summary.bestEpoch + 2)
        #expect(result.summary.history[result.summary.bestEpoch - 1].isBest)
    }

    @Test("a checkpoint of other settings or pictures is refused")
    func refusesForeignCheckpoint() throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        let checkpoint = directory.appendingPathComponent("c.safetensors")
        #expect(throws: TrainingError.interrupted) {
            try trainer(data, configuration(), checkpoint: checkpoint).run(from: initial, observer: RecordingObserver(stopAfter: 1))
        }
        #expect {
            try trainer(data, configuration { $0.learningRate = 0.2 }, checkpoint: checkpoint).run(
                from: initial, observer: RecordingObserver())
        } throws: { error in
            guard case TrainingError.foreignCheckpoint = error else { return false }
            return true
        }
    }

    @Test("a picture that cannot be read is named")
    func namesBrokenPicture() throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try data(directory)
        try Data("no picture".utf8).write(to: directory.appendingPathComponent("t3.png"))
        #expect(throws: TrainingError.picture(name: "t3.png", reason: .notAPicture)) {
            try trainer(data, configuration()).run(from: initial, observer: RecordingObserver())
        }
    }
}
