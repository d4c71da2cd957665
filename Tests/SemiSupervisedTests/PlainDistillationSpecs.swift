import Engine
import Foundation
import SemiSupervised
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Plain distillation")
struct PlainDistillationSpecs {
    private func configuration(seed: UInt64) -> TrainingConfiguration {
        TrainingConfiguration(
            seed: seed, epochs: 6, freezeEpochs: 0, batchSize: 4, learningRate: 0.2, bodyDivisor: 1, patience: 10,
            geometry: ColourPictures.geometry)
    }

    private func procedure(_ directory: URL, confidence: Double = 0.4) throws -> PlainDistillation {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let graph = ColourGraph.graph(classes: 3)
        return PlainDistillation(
            teacher: Recipe(graph: graph, initial: .initial(for: graph, seed: 1), configuration: configuration(seed: 1)),
            student: Recipe(graph: graph, initial: .initial(for: graph, seed: 2), configuration: configuration(seed: 2)),
            confidence: confidence,
            runner: StageRunner(
                cache: PictureCache(geometry: ColourPictures.geometry), backend: ColourBackend(), threads: 1, directory: directory))
    }

    private func pictures(_ directory: URL) throws -> (data: TrainingData, unlabelled: [TrainingSample]) {
        let data = try TrainingData(
            classes: 3, training: try ColourPictures.write(9, prefix: "t", to: directory),
            validation: try ColourPictures.write(6, prefix: "v", to: directory))
        return (data, try ColourPictures.write(12, prefix: "u", to: directory))
    }

    @Test("the student learns from labelled and confidently labelled pictures")
    func distils() throws {
        // Given nine labelled and twelve unlabelled pictures of three colours
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let observer = RecordingObserver()
        // When a teacher labels and a student learns
        let result = try procedure(directory.appendingPathComponent("stages")).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: observer)
        // Then the student was trained on 9 + kept pictures, from its own initial weights, and everything was reported
        #expect(result.pseudoLabels.kept > 6 && result.pseudoLabels.unlabelled == 12)
        #expect(result.student.summary.trainingPictures == 9 + result.pseudoLabels.kept)
        #expect(result.student.parameters != result.teacher.parameters)
        #expect(observer.summaries == [result.pseudoLabels] && observer.alarms.isEmpty && observer.looks == 3)
        #expect(observer.metrics.keys.sorted() == ["student", "teacher"])
        // And the labels that were kept are the true ones
        let file = try #require(try PseudoLabelFile.read(in: directory.appendingPathComponent("stages")))
        let truth = Dictionary(uniqueKeysWithValues: unlabelled.map { ($0.picture.name, $0.label) })
        #expect(file.labels.count { truth[$0.picture] == $0.label } == file.labels.count)
    }

    @Test("stopped again and again, in every phase, it ends with the same networks")
    func resumes() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let whole = try procedure(directory.appendingPathComponent("whole")).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: RecordingObserver())
        // Given a run that never gets further than five steps at a time
        let stages = directory.appendingPathComponent("stages")
        var result: DistillationResult?
        var runs = 0
        while result == nil, runs < 40 {
            runs += 1
            do {
                result = try procedure(stages).run(
                    data: data, unlabelled: unlabelled.map(\.picture), observer: RecordingObserver(stopAfter: 5))
            } catch TrainingError.interrupted {}
        }
        // Then it took several runs, and the bits are the same
        let resumed = try #require(result)
        #expect(runs > 6)
        #expect(resumed.teacher.parameters == whole.teacher.parameters)
        #expect(resumed.student.parameters == whole.student.parameters)
        #expect(resumed.pseudoLabels == whole.pseudoLabels)
    }

    @Test("nothing sure enough: an alarm, and the student learns from the labelled pictures alone")
    func withoutPseudoLabels() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let observer = RecordingObserver()
        let result = try procedure(directory.appendingPathComponent("stages"), confidence: 0.999_999).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: observer)
        #expect(result.pseudoLabels.kept == 0 && result.student.summary.trainingPictures == 9)
        #expect(observer.alarms.map(\.name) == ["no_pseudo_labels"])
    }
}
