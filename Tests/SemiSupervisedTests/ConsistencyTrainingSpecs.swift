import Engine
import Foundation
import SemiSupervised
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Consistency training")
struct ConsistencyTrainingSpecs {
    private func training(_ method: ConsistencyMethod, _ directory: URL, data: TrainingData) -> ConsistencyTraining {
        let configuration = TrainingConfiguration(
            seed: 7, epochs: 12, freezeEpochs: 0, batchSize: 4, learningRate: 0.3, bodyDivisor: 1, patience: 10,
            geometry: ColourPictures.geometry)
        let trainer = Trainer(
            stage: "student", graph: ColourGraph.graph(classes: 3), configuration: configuration, data: data,
            cache: PictureCache(geometry: ColourPictures.geometry), backend: ColourBackend(), threads: 2,
            checkpoint: directory.appendingPathComponent("student.checkpoint.safetensors"))
        return ConsistencyTraining(trainer: trainer, settings: ConsistencySettings(method: method, threshold: 0.5))
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
