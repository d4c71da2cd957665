import Base
import Engine
import Evaluation
import Foundation
import Jobs
import ModelFormat

/// From trained networks to `result/model/` and `result/report.json`: temperature, int8 with its gates, the test pictures, the files.
struct Publication {
    let job: TrainingJob
    let examination: Examination
    let data: DataOutcome
    let networks: TrainedNetworks
    /// What the training started from.
    let weights: StartingWeights?

    private var specification: TrainSpecification { job.specification }
    private var classes: [String] { examination.pictures.classes }

    func run() throws {
        guard let final = networks.final else { return }
        let validation = examination.pictures.validation
        let labels = validation.map(\.label)
        let logits = try examination.evaluator.logits(of: validation.map(\.picture), plan: try examination.plan(final.network))
        let temperature = try TemperatureOutcome(logits: logits, labels: labels)
        var manifest = ModelManifest(
            architecture: final.graph.architecture, classes: classes, input: examination.input, temperature: temperature.value,
            lineage: ModelLineage(
                job: job.files.directory.lastPathComponent, dataset: specification.dataset.description,
                revision: specification.revision.map(String.init),
                method: specification.method.rawValue, initialWeights: specification.weights, initialWeightsDigest: weights?.sha256,
                flips: specification.flips.rawValue, seed: specification.seed, madeBy: "aliquot \(ProgramVersion.current)"))
        let quantised = try NetworkQuantisation(
            examination: examination, settings: specification.quantisation, flips: specification.flips, seed: specification.seed
        ).run(final.network, manifest)
        try examination.observer.check()
        quantised?.describe(in: &manifest)
        if let alpha = specification.conformalAlpha {
            manifest.conformal = try ConformalCalibration(
                alpha: alpha, fitting: logits, quantised, labels: labels, temperature: temperature.value)
        }
        let (report, page) = try report(final, temperature: temperature, manifest, quantised)
        try ModelResult(manifest: manifest, network: final.network, quantised: quantised?.network, report: report, page: page)
            .write(to: job.files)
    }

    private func report(
        _ final: TrainedNetworks.Trained, temperature: TemperatureOutcome, _ manifest: ModelManifest,
        _ quantised: NetworkQuantisation.Outcome?
    ) throws -> (report: TrainingReport, page: HTML) {
        let labels = examination.judged.map(\.label)
        let bootstrap = Bootstrap(seed: specification.seed)
        let all = [networks.supervised, networks.teacher, networks.student].compactMap(\.self)
        let counter = examination.counter(plans: all.count + (quantised?.network == nil ? 0 : 1))
        func outcome(_ trained: TrainedNetworks.Trained?) throws -> (outcome: ModelOutcome, logits: [[Float]])? {
            guard let trained else { return nil }
            let rows = try examination.judge(try examination.plan(trained.network), counter)
            let measured = try NetworkOutcome(
                network: trained.graph.architecture, logits: rows, labels: labels, bootstrap: bootstrap)
            return (ModelOutcome(measured: measured, training: trained.result.summary), rows)
        }
        let supervised = try outcome(networks.supervised)
        let teacher = try outcome(networks.teacher)
        let student = try outcome(networks.student)
        let float = (student ?? supervised)?.logits ?? []
        var comparison: PairedComparison?
        if let student, let supervised {
            comparison = try PairedComparison(
                candidate: student.logits.map { Softmax.mode($0) }, baseline: supervised.logits.map { Softmax.mode($0) }, labels: labels,
                classes: classes.count, bootstrap: bootstrap)
        }
        let figures = try PrecisionFigures(
            final.network, quantised, float: float, manifest: manifest, examination: examination, counter: counter)
        let wrong = WrongPicture.worst(float, samples: examination.judged, classes: classes, temperature: temperature.value)
        let report = TrainingReport(
            specification: specification, classes: classes, pictures: PicturesOutcome(examination.pictures),
            evaluatedOn: examination.evaluatedOn, classesWithoutSupport: examination.classesWithoutSupport,
            model: networks.finalName, supervised: supervised?.outcome, supervisedIsTeacher: networks.supervisedIsTeacher,
            teacher: teacher?.outcome, student: student?.outcome, pseudoLabels: networks.pseudoLabels, hiddenLabels: networks.hiddenLabels,
            comparison: comparison, temperature: temperature, calibration: figures.calibration, conformal: figures.conformal,
            quantisation: quantised?.report, precisions: figures.precisions, agreement: figures.int8?.agreement, int8: figures.int8,
            efficiency: try EfficiencyOutcome(final.network, latencies: figures.latencies, examination: examination), notes: notes,
            data: data, mostWrong: wrong.map(\.wrong), origin: ReportOrigin(job.files, backend: job.backend))
        return (report, try ReportPage(report, thumbnails: wrong.map { try Thumbnail($0.sample.picture) }).html)
    }

    private var notes: [String] {
        guard networks.supervisedIsTeacher else { return examination.notes }
        return examination.notes + [
            "The teacher is the supervised baseline: the same network, seed and epochs. The student takes more steps in as many epochs, because it has more pictures."
        ]
    }
}
