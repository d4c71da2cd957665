import Augmentation
import Base
import Engine
import Evaluation
import Foundation
import Training

/// Teachers are trained on the labelled pictures and label the unlabelled ones that they are sure of together; a student learns from both.
/// One teacher and no transform is plain distillation, transforms make it data distillation, several teachers model distillation.
/// Source: learning.md, section 4; Inés et al., arXiv 2205.09678.
///
/// Every stage leaves a durable result in the runner's directory; running again continues from there.
package struct Distillation {
    /// At least one.
    package let teachers: [Recipe]
    package let student: Recipe
    package let settings: DistillationSettings
    package let runner: StageRunner

    package init(teachers: [Recipe], student: Recipe, settings: DistillationSettings, runner: StageRunner) {
        precondition(!teachers.isEmpty, "a distillation has a teacher")
        self.teachers = teachers
        self.student = student
        self.settings = settings
        self.runner = runner
    }

    /// - Parameters:
    ///   - data: the labelled pictures; teachers and student share the validation pictures, which are never trained on.
    ///   - unlabelled: pictures without a label.
    ///   - kept: told in each round (from 0) which labels the student will learn from, before it begins.
    /// - Throws: ``TrainingError/interrupted`` when the observer says so, and what training and reading pictures throw.
    package func run(
        data: TrainingData, unlabelled: [PictureFile], observer: any DistillationObserver,
        kept: (_ round: Int, _ labels: [PseudoLabel]) -> Void = { _, _ in }
    ) throws -> DistillationResult {
        try settings.validate()
        var taught: [TrainingResult] = []
        for (index, teacher) in teachers.enumerated() {
            taught.append(try runner.run(DistillationStage.teacher(index), teacher, data: data, observer: observer))
        }
        var labellers = zip(teachers, taught).map { ($0, $1) }
        var labels: [PseudoLabel] = []
        var rounds: [PseudoLabelSummary] = []
        var studied: TrainingResult?
        for round in 0..<settings.rounds {
            let file = try pseudoLabels(labellers, round: round, known: labels, data: data, unlabelled: unlabelled, observer: observer)
            let isNothingNew = file.labels.count == labels.count
            if round > 0, isNothingNew { break }
            labels = file.labels
            rounds.append(file.summary)
            kept(round, labels)
            let result = try runner.run(
                DistillationStage.student(round: round), student, data: try studentData(data, labels, unlabelled), observer: observer)
            studied = result
            labellers = [(student, result)]
            if isNothingNew { break }
        }
        guard let studied else { throw TrainingError.outOfRange(name: "rounds", got: "\(settings.rounds)", allowed: "at least 1") }
        return DistillationResult(teachers: taught, student: studied, rounds: rounds, labels: labels)
    }

    /// The labelled pictures and, in the order of the unlabelled ones, those that were kept.
    private func studentData(_ data: TrainingData, _ labels: [PseudoLabel], _ unlabelled: [PictureFile]) throws(TrainingError)
        -> TrainingData
    {
        let byName = Dictionary(labels.map { ($0.picture, $0) }, uniquingKeysWith: { first, _ in first })
        let used = unlabelled.compactMap { picture in
            byName[picture.name].map { TrainingSample(picture: picture, label: $0.label, soft: $0.soft) }
        }
        return try TrainingData(classes: data.classes, training: data.training + used, validation: data.validation)
    }

    /// All pictures kept so far: those `known` and those that the labellers are sure of now.
    private func pseudoLabels(
        _ labellers: [(recipe: Recipe, result: TrainingResult)], round: Int, known: [PseudoLabel], data: TrainingData,
        unlabelled: [PictureFile],
        observer: any DistillationObserver
    ) throws -> PseudoLabelFile {
        if let file = try PseudoLabelFile.read(in: runner.directory, round: round) { return file }
        let names = Set(known.map(\.picture))
        let open = unlabelled.filter { !names.contains($0.name) }
        let logits = try logits(labellers, of: open, stage: DistillationStage.labelling(round: round), observer: observer)
        let probabilities = PseudoLabelling.average(logits.map { member in member.map { Softmax.probabilities($0) } })
        var new = PseudoLabelling.keep(probabilities, names: open.map(\.name), confidence: settings.confidence)
        if let temperature = settings.softLabels {
            let softened = PseudoLabelling.average(
                logits.map { member in member.map { Softmax.probabilities($0, temperature: temperature) } })
            let byName = Dictionary(zip(open.map(\.name), softened), uniquingKeysWith: { first, _ in first })
            new = new.map { label in
                label.with(byName[label.picture].map { SoftTarget(probabilities: $0, temperature: temperature) })
            }
        }
        let labels = known + (settings.maximumPerClass.map { PseudoLabelling.surest(new, atMost: $0, besides: known) } ?? new)
        let summary = PseudoLabelSummary(
            labels: labels, unlabelled: unlabelled.count, classes: data.classes, confidence: settings.confidence,
            largestProbability: max(probabilities.lazy.compactMap { $0.max() }.max() ?? 0, known.lazy.map(\.probability).max() ?? 0))
        observer.pseudoLabelled(summary, round: round)
        for alarm in PseudoLabelling.alarms(summary, labelled: data.training.map(\.label)) { observer.alarmed(alarm) }
        let file = PseudoLabelFile(summary: summary, labels: labels)
        try file.write(in: runner.directory, round: round)
        return file
    }

    /// `[teachers × views][pictures][classes]`
    private func logits(
        _ labellers: [(recipe: Recipe, result: TrainingResult)], of pictures: [PictureFile], stage: String,
        observer: any DistillationObserver
    ) throws -> [[[Float]]] {
        guard !pictures.isEmpty else { return [] }
        let views = [PictureTransform?.none] + settings.transforms.map(Optional.some)
        let total = pictures.count * views.count * labellers.count
        var done = 0
        var members: [[[Float]]] = []
        for (recipe, result) in labellers {
            let configuration = recipe.configuration
            let options = PlanOptions(batch: configuration.batchSize, side: configuration.geometry.size, threads: runner.threads)
            let plan = try runner.backend.inferencePlan(recipe.graph, result.parameters, options)
            let evaluator = PictureEvaluator(cache: runner.cache, normalisation: configuration.normalisation, threads: runner.threads)
            for view in views {
                members.append(
                    try evaluator.logits(of: pictures, view: view, plan: plan) { looked in
                        if observer.shouldStop { throw TrainingError.interrupted }
                        observer.evaluated(done + looked, of: total, stage: stage)
                    })
                done += pictures.count
            }
        }
        return members
    }
}
