import Base
import Engine
import Evaluation
import Foundation
import Training

/// One teacher, one view: the teacher is trained on the labelled pictures, labels the unlabelled ones it is sure of, and the student learns from both.
/// Source: learning.md, section 4; Inés et al., arXiv 2205.09678.
///
/// Every stage leaves a durable result in the runner's directory; running again continues from there.
package struct PlainDistillation {
    /// Stage names, as events bear them.
    package static let teacherStage = "teacher"
    package static let labellingStage = "pseudo_labelling"
    package static let studentStage = "student"

    package let teacher: Recipe
    package let student: Recipe
    /// A picture is kept if the teacher's probability is strictly greater, 0…1.
    package let confidence: Double
    package let runner: StageRunner

    package init(teacher: Recipe, student: Recipe, confidence: Double, runner: StageRunner) {
        self.teacher = teacher
        self.student = student
        self.confidence = confidence
        self.runner = runner
    }

    /// - Parameters:
    ///   - data: the labelled pictures; teacher and student share the validation pictures, which are never trained on.
    ///   - unlabelled: pictures without a label.
    ///   - kept: told how many of them the student will learn from, before it begins.
    /// - Throws: ``TrainingError/interrupted`` when the observer says so, and what training and reading pictures throw.
    package func run(
        data: TrainingData, unlabelled: [PictureFile], observer: any DistillationObserver, kept: (Int) -> Void = { _ in }
    ) throws -> DistillationResult {
        let taught = try runner.run(Self.teacherStage, teacher, data: data, observer: observer)
        let file = try pseudoLabels(taught, data: data, unlabelled: unlabelled, observer: observer)
        kept(file.labels.count)
        let byName = Dictionary(file.labels.map { ($0.picture, $0.label) }, uniquingKeysWith: { first, _ in first })
        let used = unlabelled.compactMap { picture in byName[picture.name].map { TrainingSample(picture: picture, label: $0) } }
        let studentData = try TrainingData(classes: data.classes, training: data.training + used, validation: data.validation)
        let studied = try runner.run(Self.studentStage, student, data: studentData, observer: observer)
        return DistillationResult(teacher: taught, student: studied, pseudoLabels: file.summary)
    }

    private func pseudoLabels(
        _ taught: TrainingResult, data: TrainingData, unlabelled: [PictureFile], observer: any DistillationObserver
    ) throws -> PseudoLabelFile {
        if let file = try PseudoLabelFile.read(in: runner.directory) { return file }
        let configuration = teacher.configuration
        let options = PlanOptions(batch: configuration.batchSize, side: configuration.geometry.size, threads: runner.threads)
        let plan = try runner.backend.inferencePlan(teacher.graph, taught.parameters, options)
        let evaluator = PictureEvaluator(cache: runner.cache, normalisation: configuration.normalisation, threads: runner.threads)
        let logits = try evaluator.logits(of: unlabelled, plan: plan) { done in
            if observer.shouldStop { throw TrainingError.interrupted }
            observer.evaluated(done, of: unlabelled.count, stage: Self.labellingStage)
        }
        let probabilities = PseudoLabelling.average([logits.map { Softmax.probabilities($0) }])
        let labels = PseudoLabelling.keep(probabilities, names: unlabelled.map(\.name), confidence: confidence)
        let summary = PseudoLabelSummary(
            labels: labels, unlabelled: unlabelled.count, classes: data.classes, confidence: confidence,
            largestProbability: probabilities.lazy.compactMap { $0.max() }.max() ?? 0)
        observer.pseudoLabelled(summary)
        for alarm in PseudoLabelling.alarms(summary, labelled: data.training.map(\.label)) { observer.alarmed(alarm) }
        let file = PseudoLabelFile(summary: summary, labels: labels)
        try file.write(in: runner.directory)
        return file
    }
}
