import Base
import DatasetStore
import Engine
import Foundation
import Jobs
import ModelFormat
import SemiSupervised
import Training

/// Carries out one training job: revision in, method run, model and report out. Blocks its thread.
///
/// Every trained network and the pseudo-labels are durable in `checkpoint/` as soon as they are finished; what follows (quantisation, evaluation) takes seconds and is
/// done again where a job is taken up after a crash.
struct TrainingJob {
    let specification: TrainSpecification
    let files: JobFiles
    /// The data directory, which holds `blobs/` and `weights/`.
    let data: URL
    let threads: Int
    /// See ``Trainer/checkpointInterval``.
    let checkpointInterval: Duration
    let backend: any Backend
    let journal: WorkerJournal
    /// The study that the job belongs to: its trainings share what they have in common.
    let study: JobFiles?
    let stopAsked: @Sendable () -> Bool

    func run() throws {
        let (classes, entries) = try RevisionManifest.read(files.revision)
        let pictures = try JobPictures(
            classes: classes, entries: entries, blobs: BlobStore(directory: data.appendingPathComponent("blobs")), seed: specification.seed)
        let observer = JournalObserver(journal: journal, classes: classes, stopAsked: stopAsked)
        observer.plan(meter(pictures))
        try FileManager.default.createDirectory(at: files.checkpoint, withIntermediateDirectories: true)
        let weights = try specification.weights.map {
            try StartingWeights($0, folder: data.appendingPathComponent("weights"), checkpoint: files.checkpoint)
        }
        let recipes = Recipes(specification: specification, classes: classes, weights: weights)
        let decoded = data.appendingPathComponent("cache/decoded", isDirectory: true)
        let disk = DecodedPictures(directory: decoded, limit: DecodedPictures.standardLimit(for: data))
        let cache = PictureCache(geometry: try recipes.geometry(), disk: disk)
        let runner = StageRunner(
            cache: cache, backend: backend, threads: threads, directory: files.checkpoint, checkpointInterval: checkpointInterval,
            shared: study.map { SharedStages(directory: $0.shared) })
        do {
            let networks = try train(recipes, pictures, runner: runner, observer: observer)
            try observer.check()
            let examination = Examination(
                pictures: pictures, input: InputDescription(size: specification.imageSize, fit: specification.fit.rawValue),
                evaluator: PictureEvaluator(cache: cache, normalisation: .imageNet, threads: threads), backend: backend, threads: threads,
                observer: observer)
            try Publication(
                job: self, examination: examination, data: try DataOutcome(files, classes: classes, entries: entries), networks: networks,
                weights: weights
            ).run()
            try observer.check()
        } catch TrainingError.interrupted {
            // A journal that cannot be written stops the training in the same way; then its own reason is the one to tell.
            try observer.check()
            throw TrainingError.interrupted
        }
    }

    private func train(_ recipes: Recipes, _ pictures: JobPictures, runner: StageRunner, observer: JournalObserver) throws
        -> TrainedNetworks
    {
        let data = try TrainingData(classes: pictures.classes.count, training: pictures.training, validation: pictures.validation)
        var networks = TrainedNetworks()
        let own = try recipes.recipe(specification.network, purpose: "supervised", log: observer.log)
        let supervised = JobPhase.supervised.rawValue
        if specification.method == .supervised || (specification.baseline && !firstTeacherIsBaseline) {
            networks.supervised = .init(graph: own.graph, result: try runner.run(supervised, own, data: data, observer: observer))
        }
        if specification.method.isDistillation {
            try distil(own, data, recipes, pictures, runner: runner, observer: observer, into: &networks)
        } else if specification.method.isConsistency {
            let student = try recipes.recipe(specification.network, purpose: "student", log: observer.log)
            let result = try runner.run(DistillationStage.student(round: 0), student, data: data) { trainer in
                try ConsistencyTraining(trainer: trainer, settings: try recipes.consistency()).run(
                    from: student.initial, unlabelled: pictures.unlabelled, hidden: pictures.hidden, observer: observer)
            }
            if result.summary.history.indices.contains(result.summary.bestEpoch - 1) {
                networks.hiddenLabels = HiddenLabelAccuracy(measures: result.summary.history[result.summary.bestEpoch - 1].measures)
            }
            networks.student = .init(graph: student.graph, result: result)
        }
        return networks
    }

    /// A teacher of the same network is trained exactly as the baseline would be: one training serves as both.
    private var firstTeacherIsBaseline: Bool { specification.teachers.first == specification.network }

    private func distil(
        _ own: Recipe, _ data: TrainingData, _ recipes: Recipes, _ pictures: JobPictures, runner: StageRunner, observer: JournalObserver,
        into networks: inout TrainedNetworks
    ) throws {
        let teachers = try specification.teachers.enumerated().map { index, network in
            index == 0 && firstTeacherIsBaseline
                ? own : try recipes.recipe(network, purpose: DistillationStage.teacher(index), log: observer.log)
        }
        let student = try recipes.recipe(specification.network, purpose: "student", log: observer.log)
        let procedure = Distillation(teachers: teachers, student: student, settings: try recipes.distillation(), runner: runner)
        let distilled = try procedure.run(data: data, unlabelled: pictures.unlabelled, observer: observer) { round, kept in
            observer.revise(
                JobPhase(rawValue: DistillationStage.student(round: round)),
                cost: trainingCost(pictures.training.count + kept.count, pictures.validation.count))
            guard !pictures.hidden.isEmpty else { return }
            observer.judged(HiddenLabelAccuracy(kept, hidden: pictures.hidden), round: round)
        }
        let first = TrainedNetworks.Trained(graph: teachers[0].graph, result: distilled.teachers[0])
        if firstTeacherIsBaseline {
            networks.supervised = first
            networks.supervisedIsTeacher = true
        } else {
            networks.teacher = first
        }
        networks.student = .init(graph: student.graph, result: distilled.student)
        networks.pseudoLabels = distilled.pseudoLabels
        if !pictures.hidden.isEmpty { networks.hiddenLabels = HiddenLabelAccuracy(distilled.labels, hidden: pictures.hidden) }
    }

    private func trainingCost(_ training: Int, _ validation: Int) -> Double {
        Double(specification.epochs) * (Double(training) + Double(validation) / 3)
    }

    private func meter(_ pictures: JobPictures) -> JobMeter {
        let (training, validation, test) = (pictures.training.count, pictures.validation.count, pictures.test.count)
        var costs: [(JobPhase, Double)] = []
        let unlabelled = Double(pictures.unlabelled.count)
        if specification.method == .supervised || (specification.baseline && !firstTeacherIsBaseline) {
            costs.append((.supervised, trainingCost(training, validation)))
        }
        for index in specification.teachers.indices {
            costs.append((JobPhase(rawValue: DistillationStage.teacher(index)), trainingCost(training, validation)))
        }
        let choices = specification.semiSupervision
        for round in 0..<(choices.rounds ?? 0) {
            let labellers = Double(round == 0 ? specification.teachers.count : 1)
            let looks = unlabelled * labellers * Double(1 + choices.transforms.count) / 3
            costs.append((JobPhase(rawValue: DistillationStage.labelling(round: round)), looks))
            // Until it is known how many are kept: four fifths.
            let kept = min(pictures.unlabelled.count * 4 / 5, (choices.maximumPerClass ?? .max / 1000) * pictures.classes.count)
            costs.append((JobPhase(rawValue: DistillationStage.student(round: round)), trainingCost(training + kept, validation)))
        }
        if let ratio = choices.unlabelledRatio {
            let rows = unlabelled * (2 + 1 / Double(ratio))
            costs.append(
                (JobPhase(rawValue: DistillationStage.student(round: 0)), Double(specification.epochs) * (rows + Double(validation) / 3)))
        }
        if specification.quantisation.scheme == .ptq {
            costs.append((.quantisation, Double(NetworkQuantisation.looks(pictures))))
            // Until it is known that it is needed: nothing.
            costs.append((.qat, 0))
        }
        costs.append((.evaluation, Double(test)))
        return JobMeter(costs)
    }
}
