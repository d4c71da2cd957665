import Engine
import Foundation
import SemiSupervised
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Consistency training")
struct ConsistencyTrainingSpecs {
    private func training(
        _ method: ConsistencyMethod, _ directory: URL, data: TrainingData, threshold: Double = 0.5, rate: Double = 0.3
    ) -> ConsistencyTraining {
        let configuration = TrainingConfiguration(
            seed: 7, epochs: 12, freezeEpochs: 0, batchSize: 4, learningRate: rate, bodyDivisor: 1, patience: 10,
            geometry: ColourPictures.geometry)
        let trainer = Trainer(
            stage: "student", graph: ColourGraph.graph(classes: 3), configuration: configuration, data: data,
            cache: PictureCache(geometry: ColourPictures.geometry), backend: ColourBackend(), threads: 2,
            checkpoint: directory.appendingPathComponent("student.checkpoint.safetensors"))
        return ConsistencyTraining(trainer: trainer, settings: ConsistencySettings(method: method, threshold: threshold))
    }

    @Test(
        "every method learns, reports its measures, and ends with the same bits however often it is interrupted",
        arguments: ConsistencyMethod.allCases)
    func learnsAndResumes(_ method: ConsistencyMethod) throws {
        let directory = try TestSupport.temporaryDirectory()
        // Given six labelled and 48 unlabelled pictures of three colours
        let data = try TrainingData(
            classes: 3, training: try ColourPictures.write(6, prefix: "t", to: directory),
            validation: try ColourPictures.write(9, prefix: "v", to: directory))
        let unlabelled = try ColourPictures.write(48, prefix: "u", to: directory).map(\.picture)
        let initial = ParameterSet.initial(for: ColourGraph.graph(classes: 3), seed: 1)
        func place(_ name: String) throws -> URL {
            let place = directory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            return place
        }
        let observer = RecordingObserver()
        // When trained in one go
        let whole = try training(method, try place("whole"), data: data).run(from: initial, unlabelled: unlabelled, observer: observer)
        // Then it learned, and every epoch says how many unlabelled pictures were used and as what
        #expect(whole.summary.bestMacroF1 > 0.8)
        let metrics = try #require(observer.metrics["student"]?.last)
        let measures = metrics.measures
        #expect(["mask_rate", "supervised_loss", "unsupervised_loss", "pseudo_labels.2"].allSatisfy { measures[$0] != nil })
        #expect(try #require(measures["mask_rate"]) > 0)
        #expect((measures["fairness_loss"] != nil) == (method == .freematch) && measures["pseudo_label_accuracy"] == nil)
        // And when it never gets further than five steps at a time, the weights are the same, byte for byte
        let pieces = try place("pieces")
        var result: TrainingResult?
        var runs = 0
        while result == nil, runs < 60 {
            runs += 1
            do {
                result = try training(method, pieces, data: data).run(
                    from: initial, unlabelled: unlabelled, observer: RecordingObserver(stopAfter: 5))
            } catch TrainingError.interrupted {}
        }
        #expect(runs > 3)
        let resumed = try #require(result)
        #expect(resumed.parameters == whole.parameters)
        #expect(resumed.summary.bestEpoch == whole.summary.bestEpoch)
    }

    @Test(
        "labels that only the evaluator knows tell how many pseudo-labels are right, and change no weight",
        arguments: ConsistencyMethod.allCases)
    func hiddenLabels(_ method: ConsistencyMethod) throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try TrainingData(
            classes: 3, training: try ColourPictures.write(6, prefix: "t", to: directory),
            validation: try ColourPictures.write(9, prefix: "v", to: directory))
        let samples = try ColourPictures.write(24, prefix: "u", to: directory)
        let initial = ParameterSet.initial(for: ColourGraph.graph(classes: 3), seed: 1)
        // Given the true classes of half of the unlabelled pictures, and then a wrong one for each of them
        let known = Dictionary(uniqueKeysWithValues: samples.prefix(12).map { ($0.picture.name, $0.label) })
        func run(_ name: String, hidden: [String: Int]) throws -> TrainingResult {
            let place = directory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            return try training(method, place, data: data).run(
                from: initial, unlabelled: samples.map(\.picture), hidden: hidden, observer: RecordingObserver())
        }
        // When trained with the right ones, the wrong ones and none
        let right = try run("right", hidden: known)
        let wrong = try run("wrong", hidden: known.mapValues { ($0 + 1) % 3 })
        let none = try run("none", hidden: [:])
        // Then only the measure differs
        #expect(right.parameters == none.parameters && wrong.parameters == none.parameters)
        let last = try #require(right.summary.history.last?.measures)
        let accuracy = try #require(HiddenLabelAccuracy(measures: last))
        // 24 unlabelled pictures, each shown once an epoch (MixMatch labels two views of it): half of them are judged
        #expect(accuracy.judged > 0 && accuracy.judged <= (method == .mixmatch ? 24 : 12))
        #expect(try #require(accuracy.accuracy) > 0.6 && last["pseudo_label_accuracy"] == accuracy.accuracy)
        let worse = try #require(wrong.summary.history.last.flatMap { HiddenLabelAccuracy(measures: $0.measures) }?.accuracy)
        #expect(worse < 0.4)
        #expect(none.summary.history.last?.measures["pseudo_label_accuracy"] == nil)
    }

    @Test("an alarm that goes on is told once, with the probability that was reached")
    func alarms() throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try TrainingData(
            classes: 3, training: try ColourPictures.write(6, prefix: "t", to: directory),
            validation: try ColourPictures.write(3, prefix: "v", to: directory))
        let unlabelled = try ColourPictures.write(12, prefix: "u", to: directory).map(\.picture)
        let initial = ParameterSet.initial(for: ColourGraph.graph(classes: 3), seed: 1)
        let observer = RecordingObserver()
        // Given a threshold that no probability reaches
        _ = try training(.fixmatch, directory, data: data, threshold: 1, rate: 1e-6).run(
            from: initial, unlabelled: unlabelled, observer: observer)
        // Then there is one alarm for twelve epochs
        #expect(observer.alarms.count == 1)
        guard case .noPseudoLabels(let confidence, let likeliest)? = observer.alarms.first else {
            Issue.record("no alarm")
            return
        }
        #expect(confidence == 1 && likeliest > 1.0 / 3 && likeliest < 1)
        // And given unlabelled pictures that are all red, while the labelled ones are of three colours, the pseudo-labels collapse into one class
        let reds = try ColourPictures.write(12, classes: 1, prefix: "r", to: directory).map(\.picture)
        let collapse = RecordingObserver()
        let place = directory.appendingPathComponent("reds")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        _ = try training(.fixmatch, place, data: data).run(from: initial, unlabelled: reds, observer: collapse)
        let found = collapse.alarms.compactMap { alarm -> (Int, Double)? in
            guard case .collapse(let label, let share, let labelled) = alarm, abs(labelled - 1.0 / 3) < 1e-9 else { return nil }
            return (label, share)
        }
        #expect(found.contains { $0.0 == 0 && $0.1 > 0.9 })
    }

    @Test("a single unlabelled picture works; none is refused")
    func few() throws {
        let directory = try TestSupport.temporaryDirectory()
        let data = try TrainingData(
            classes: 3, training: try ColourPictures.write(6, prefix: "t", to: directory),
            validation: try ColourPictures.write(3, prefix: "v", to: directory))
        let one = try ColourPictures.write(1, prefix: "u", to: directory).map(\.picture)
        let initial = ParameterSet.initial(for: ColourGraph.graph(classes: 3), seed: 1)
        let result = try training(.fixmatch, directory, data: data).run(from: initial, unlabelled: one, observer: RecordingObserver())
        #expect(result.summary.steps == 12)
        #expect(throws: TrainingError.tooFewSamples(what: "unlabelled pictures", got: 0, needed: 1)) {
            try training(.fixmatch, directory.appendingPathComponent("none"), data: data).run(
                from: initial, unlabelled: [], observer: RecordingObserver())
        }
    }
}
