import Augmentation
import Engine
import Evaluation
import Foundation
import SemiSupervised
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Distillation")
struct DistillationSpecs {
    private func configuration(seed: UInt64) -> TrainingConfiguration {
        TrainingConfiguration(
            seed: seed, epochs: 6, freezeEpochs: 0, batchSize: 4, learningRate: 0.2, bodyDivisor: 1, patience: 10,
            geometry: ColourPictures.geometry)
    }

    private func procedure(
        _ directory: URL, teachers: Int = 1, settings: DistillationSettings = DistillationSettings(confidence: 0.4)
    ) throws -> Distillation {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let graph = ColourGraph.graph(classes: 3)
        return Distillation(
            teachers: (0..<teachers).map { index in
                let seed = 1 + UInt64(index) * 10
                return Recipe(graph: graph, initial: .initial(for: graph, seed: seed), configuration: configuration(seed: seed))
            },
            student: Recipe(graph: graph, initial: .initial(for: graph, seed: 2), configuration: configuration(seed: 2)),
            settings: settings,
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
        #expect(result.student.parameters != result.teachers[0].parameters)
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
        #expect(resumed.teachers[0].parameters == whole.teachers[0].parameters)
        #expect(resumed.student.parameters == whole.student.parameters)
        #expect(resumed.pseudoLabels == whole.pseudoLabels)
    }

    @Test("nothing sure enough: an alarm, and the student learns from the labelled pictures alone")
    func withoutPseudoLabels() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let observer = RecordingObserver()
        let result = try procedure(directory.appendingPathComponent("stages"), settings: DistillationSettings(confidence: 0.999_999)).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: observer)
        #expect(result.pseudoLabels.kept == 0 && result.student.summary.trainingPictures == 9)
        #expect(observer.alarms.map(\.name) == ["no_pseudo_labels"])
    }

    @Test("two teachers with three views each label together, and every look is counted")
    func teachersAndViews() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let observer = RecordingObserver()
        // Given two teachers who see each picture, its mirror image and a brighter one
        let settings = DistillationSettings(confidence: 0.4, transforms: [.horizontalFlip, .gamma])
        let stages = directory.appendingPathComponent("stages")
        let procedure = try procedure(stages, teachers: 2, settings: settings)
        // When they label and a student learns
        let result = try procedure.run(data: data, unlabelled: unlabelled.map(\.picture), observer: observer)
        // Then 12 pictures in batches of 4 were looked at six times
        #expect(observer.looks == 18)
        #expect(observer.metrics.keys.sorted() == ["student", "teacher", "teacher_2"])
        #expect(result.teachers.count == 2 && result.teachers[0].parameters != result.teachers[1].parameters)
        // And each kept probability is the mean over teachers and views, computed here from plans of their own
        let file = try #require(try PseudoLabelFile.read(in: stages))
        let cache = PictureCache(geometry: ColourPictures.geometry)
        let kept = try #require(file.labels.first)
        let picture = try #require(unlabelled.first { $0.picture.name == kept.picture }).picture
        var mean = 0.0
        for teacher in result.teachers {
            let plan = try ColourBackend().inferencePlan(
                ColourGraph.graph(classes: 3), teacher.parameters, PlanOptions(batch: 1, side: 8, threads: 1))
            let evaluator = PictureEvaluator(cache: cache, normalisation: .imageNet, threads: 1)
            for view in [nil, PictureTransform.horizontalFlip, .gamma] {
                let logits = try evaluator.logits(of: [picture], view: view, plan: plan)
                mean += Softmax.probabilities(logits[0])[kept.label] / 6
            }
        }
        #expect(abs(mean - kept.probability) < 1e-6)
    }

    @Test("in a second round the student labels what is still open, and its successor learns from all")
    func rounds() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        let observer = RecordingObserver()
        // Given a confidence that half of the pictures reach with the first teacher
        let trial = directory.appendingPathComponent("trial")
        _ = try procedure(trial, settings: DistillationSettings(confidence: 0)).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: RecordingObserver())
        let probabilities = try #require(try PseudoLabelFile.read(in: trial)).labels.map(\.probability).sorted()
        let settings = DistillationSettings(confidence: probabilities[probabilities.count / 2], rounds: 3)
        // When up to three rounds are run
        let result = try procedure(directory.appendingPathComponent("stages"), settings: settings).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: observer)
        // Then every further round keeps more than the one before, and the last student learned from all of them
        #expect(result.rounds.count > 1)
        #expect(zip(result.rounds, result.rounds.dropFirst()).allSatisfy { $0.kept < $1.kept })
        #expect(result.student.summary.trainingPictures == 9 + result.pseudoLabels.kept)
        #expect(observer.metrics.keys.contains("student_2"))
        #expect(observer.labelledRounds == Array(observer.summaries.indices))
    }

    @Test("soft labels teach the averaged probabilities, and no class keeps more than its share")
    func softAndBalanced() throws {
        let directory = try TestSupport.temporaryDirectory()
        let (data, unlabelled) = try pictures(directory)
        // Given at most two of a class, at temperature 2
        let settings = DistillationSettings(confidence: 0.4, softLabels: 2, maximumPerClass: 2)
        let stages = directory.appendingPathComponent("stages")
        let result = try procedure(stages, settings: settings).run(
            data: data, unlabelled: unlabelled.map(\.picture), observer: RecordingObserver())
        let file = try #require(try PseudoLabelFile.read(in: stages))
        // Then each class has at most two, with softened probabilities that sum to 1 and keep their order
        #expect(result.pseudoLabels.histogram.allSatisfy { $0 <= 2 } && result.pseudoLabels.kept >= 4)
        for label in file.labels {
            let soft = try #require(label.soft)
            #expect(soft.temperature == 2 && abs(soft.probabilities.reduce(0, +) - 1) < 1e-12)
            #expect(Softmax.mode(soft.probabilities) == label.label && soft.probabilities[label.label] < label.probability)
        }
    }
}
