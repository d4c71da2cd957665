import Base
import DatasetStore
import Engine
import Evaluation
import Foundation
import Inference
import Jobs
import ModelFormat
import Training

/// Carries out one quantisation of a finished model: its float part in, a whole model with a new int8 form and its report out. Blocks its thread.
///
/// It takes seconds to minutes and keeps no checkpoint: taken up again it begins anew.
struct QuantisationJob {
    let specification: QuantiseSpecification
    let files: JobFiles
    /// The data directory, which holds `blobs/`.
    let data: URL
    /// The version's folder.
    let model: URL
    let threads: Int
    let backend: any Backend
    let journal: WorkerJournal
    let stopAsked: @Sendable () -> Bool

    func run() throws {
        let (source, network) = try read()
        let (classes, entries) = try RevisionManifest.read(files.revision)
        let lineage = source.lineage
        // The split of the training, so that nothing judges that was learned from. Labels count in the order of the model's classes.
        let pictures = try JobPictures(
            classes: source.classes, entries: entries, blobs: BlobStore(directory: data.appendingPathComponent("blobs")),
            seed: lineage.seed ?? specification.seed, learnsEveryClass: false)
        let observer = JournalObserver(journal: journal, classes: source.classes, stopAsked: stopAsked)
        let judged = pictures.test.isEmpty ? pictures.validation.count : pictures.test.count
        observer.plan(
            JobMeter([
                // Training on in 8 bits: nothing until it is known that it is needed.
                (.quantisation, Double(NetworkQuantisation.looks(pictures))), (.qat, 0), (.evaluation, Double(2 * judged)),
            ]))
        let preparation = try PicturePreparation(source.input)
        let decoded = data.appendingPathComponent("cache/decoded", isDirectory: true)
        let disk = DecodedPictures(directory: decoded, limit: DecodedPictures.standardLimit(for: data))
        let evaluator = PictureEvaluator(
            cache: PictureCache(geometry: preparation.geometry, disk: disk), normalisation: preparation.normalisation, threads: threads)
        let examination = Examination(
            pictures: pictures, input: source.input, evaluator: evaluator, backend: backend, threads: threads, observer: observer)
        do {
            try publish(
                network, source, examination: examination, data: try DataOutcome(files, classes: classes, entries: entries))
            try observer.check()
        } catch TrainingError.interrupted {
            // As in a training: a journal that cannot be written has its own reason to tell.
            try observer.check()
            throw TrainingError.interrupted
        }
    }

    /// - Throws: ``QuantiseSpecification/modelGone`` where the version was deleted, or another model has its name by now.
    private func read() throws -> (ModelManifest, FloatNetwork) {
        let directory: ModelDirectory
        let network: FloatNetwork
        do {
            directory = try ModelDirectory(opening: model)
            network = FloatNetwork(graph: try directory.graph(), parameters: try directory.parameters())
        } catch {
            let isThere = FileManager.default.fileExists(atPath: model.appendingPathComponent(ModelDirectory.manifestName).path)
            if isThere { throw error }
            throw specification.modelGone
        }
        guard directory.manifest.files[ModelDirectory.floatName]?.sha256 == specification.floatDigest else { throw specification.modelGone }
        return (directory.manifest, network)
    }

    private func publish(_ network: FloatNetwork, _ source: ModelManifest, examination: Examination, data: DataOutcome) throws {
        let validation = examination.pictures.validation
        let made = try NetworkQuantisation(
            examination: examination, settings: specification.quantisation, flips: try flips(source.lineage), seed: specification.seed
        ).run(network, source)
        try examination.observer.check()
        guard let outcome = made, let int8 = outcome.network else { throw refusal(made) }
        var manifest = source
        manifest.createdAt = .now()
        manifest.lineage.job = files.directory.lastPathComponent
        manifest.lineage.sourceVersion = specification.version
        manifest.lineage.madeBy = "aliquot \(ProgramVersion.current)"
        outcome.describe(in: &manifest)
        if let alpha = source.conformal?.alpha {
            let logits = try examination.evaluator.logits(of: validation.map(\.picture), plan: try examination.plan(network))
            manifest.conformal = try ConformalCalibration(
                alpha: alpha, fitting: logits, outcome, labels: validation.map(\.label), temperature: source.temperature)
        }
        let (report, page) = try report(network, manifest, outcome, examination: examination, data: data)
        try ModelResult(manifest: manifest, network: network, quantised: int8, report: report, page: page).write(to: files)
    }

    /// As in the training; models of an earlier release do not tell.
    private func flips(_ lineage: ModelLineage) throws(TrainingJobError) -> TrainSpecification.Flips {
        guard let name = lineage.flips else { return TrainSpecification.Defaults.flips }
        guard let flips = TrainSpecification.Flips(rawValue: name) else { throw .unknownChoice(field: "flips", got: name) }
        return flips
    }

    /// A version without an int8 form would put a worse one in the place of the version that is asked for by default: there is none then.
    private func refusal(_ outcome: NetworkQuantisation.Outcome?) -> JobFailure {
        JobFailure(
            code: "quantisation_refused", title: "No int8 form of the model passed the gates",
            detail: (outcome?.report.reasons ?? []).joined(separator: "; "))
    }

    private func report(
        _ network: FloatNetwork, _ manifest: ModelManifest, _ outcome: NetworkQuantisation.Outcome, examination: Examination,
        data: DataOutcome
    ) throws -> (report: RequantisationReport, page: HTML) {
        let counter = examination.counter(plans: 2)
        let float = try examination.judge(try examination.plan(network), counter)
        let figures = try PrecisionFigures(
            network, outcome, float: float, manifest: manifest, examination: examination, counter: counter)
        let wrong = WrongPicture.worst(float, samples: examination.judged, classes: manifest.classes, temperature: manifest.temperature)
        let report = RequantisationReport(
            specification: specification, classes: manifest.classes, pictures: PicturesOutcome(examination.pictures),
            evaluatedOn: examination.evaluatedOn, classesWithoutSupport: examination.classesWithoutSupport,
            float: try NetworkOutcome(
                network: manifest.architecture, logits: float, labels: examination.judged.map(\.label),
                bootstrap: Bootstrap(seed: specification.seed)),
            temperature: TemperatureOutcome(kept: manifest.temperature), calibration: figures.calibration, conformal: figures.conformal,
            quantisation: outcome.report, precisions: figures.precisions, agreement: figures.int8?.agreement, int8: figures.int8,
            efficiency: try EfficiencyOutcome(network, latencies: figures.latencies, examination: examination),
            notes: examination.notes + foreignPictures(manifest.lineage), data: data, mostWrong: wrong.map(\.wrong),
            origin: ReportOrigin(files, backend: backend))
        return (report, try ReportPage(report, thumbnails: wrong.map { try Thumbnail($0.sample.picture) }).html)
    }

    private func foreignPictures(_ lineage: ModelLineage) -> [String] {
        if lineage.dataset == specification.dataset.description, lineage.revision == specification.revision.map(String.init) { return [] }
        return [
            "The pictures are not of the revision that the model learned from: those that judge may be among those that it learned from, and then the figures flatter."
        ]
    }
}
