import Base
import DatasetStore
import Engine
import Foundation
import Jobs
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
    let backend: any Backend
    let journal: WorkerJournal
    let stopAsked: @Sendable () -> Bool

    func run() throws {
        let (classes, entries) = try RevisionManifest.read(files.revision)
        let pictures = try JobPictures(
            classes: classes, entries: entries, blobs: BlobStore(directory: data.appendingPathComponent("blobs")), seed: specification.seed)
        let observer = JournalObserver(journal: journal, classes: classes, stopAsked: stopAsked)
        observer.plan(meter(pictures))
        let recipes = Recipes(specification: specification, classes: classes.count, weights: data.appendingPathComponent("weights"))
        let cache = PictureCache(geometry: try recipes.geometry())
        try FileManager.default.createDirectory(at: files.checkpoint, withIntermediateDirectories: true)
        let runner = StageRunner(cache: cache, backend: backend, threads: threads, directory: files.checkpoint)
        do {
            let networks = try train(recipes, pictures, runner: runner, observer: observer)
            try observer.check()
            let publication = Publication(job: self, pictures: pictures, networks: networks, cache: cache, observer: observer)
            try publication.run()
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
        guard specification.method == .plainDistillation else {
            let result = try runner.run(JobPhase.supervised.rawValue, own, data: data, observer: observer)
            networks.supervised = .init(graph: own.graph, result: result)
            return networks
        }
        let teacherNetwork = specification.teachers.first ?? specification.network
        let isBaseline = teacherNetwork == specification.network
        // A teacher of the same network is trained exactly as the baseline would be: one training serves as both.
        let teacher = isBaseline ? own : try recipes.recipe(teacherNetwork, purpose: "teacher", log: observer.log)
        let student = try recipes.recipe(specification.network, purpose: "student", log: observer.log)
        if specification.baseline, !isBaseline {
            let result = try runner.run(JobPhase.supervised.rawValue, own, data: data, observer: observer)
            networks.supervised = .init(graph: own.graph, result: result)
        }
        let procedure = Distillation(
            teachers: [teacher], student: student, settings: DistillationSettings(confidence: specification.confidence), runner: runner)
        let distilled = try procedure.run(data: data, unlabelled: pictures.unlabelled, observer: observer) { round, kept in
            observer.revise(
                JobPhase(rawValue: DistillationStage.student(round: round)),
                cost: trainingCost(pictures.training.count + kept, pictures.validation.count))
        }
        if isBaseline {
            networks.supervised = .init(graph: teacher.graph, result: distilled.teachers[0])
            networks.supervisedIsTeacher = true
        } else {
            networks.teacher = .init(graph: teacher.graph, result: distilled.teachers[0])
        }
        networks.student = .init(graph: student.graph, result: distilled.student)
        networks.pseudoLabels = distilled.pseudoLabels
        return networks
    }

    private func trainingCost(_ training: Int, _ validation: Int) -> Double {
        Double(specification.epochs) * (Double(training) + Double(validation) / 3)
    }

    private func meter(_ pictures: JobPictures) -> JobMeter {
        let (training, validation, test) = (pictures.training.count, pictures.validation.count, pictures.test.count)
        var costs: [(JobPhase, Double)] = []
        if specification.method == .plainDistillation {
            let teacherIsBaseline = specification.teachers.first.map { $0 == specification.network } ?? true
            if specification.baseline, !teacherIsBaseline { costs.append((.supervised, trainingCost(training, validation))) }
            costs.append((JobPhase(rawValue: DistillationStage.teacher(0)), trainingCost(training, validation)))
            costs.append((JobPhase(rawValue: DistillationStage.labelling(round: 0)), Double(pictures.unlabelled.count) / 3))
            // Until it is known how many are kept: four fifths.
            costs.append(
                (
                    JobPhase(rawValue: DistillationStage.student(round: 0)),
                    trainingCost(training + pictures.unlabelled.count * 4 / 5, validation)
                ))
        } else {
            costs.append((.supervised, trainingCost(training, validation)))
        }
        if specification.quantisation.scheme == .ptq {
            costs.append((.quantisation, Double(min(training, Publication.calibrationPictures) + 2 * validation)))
        }
        costs.append((.evaluation, Double(test)))
        return JobMeter(costs)
    }
}
