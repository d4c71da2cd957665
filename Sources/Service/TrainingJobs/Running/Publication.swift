import Base
import Engine
import Evaluation
import Foundation
import Jobs
import ModelFormat
import Quantization
import Training

/// From trained networks to `result/model/` and `result/report.json`: temperature, int8 with its gates, the test pictures, the files.
struct Publication {
    /// How many training pictures the ranges of int8 come from. Source: learning.md, section 7.
    static let calibrationPictures = 256

    let job: TrainingJob
    let pictures: JobPictures
    let data: DataOutcome
    let networks: TrainedNetworks
    let cache: PictureCache
    let observer: JournalObserver

    private var specification: TrainSpecification { job.specification }
    private var classes: [String] { pictures.classes }
    /// What the report's figures come from.
    private var judged: [TrainingSample] { pictures.test.isEmpty ? pictures.validation : pictures.test }
    private var evaluator: PictureEvaluator { PictureEvaluator(cache: cache, normalisation: .imageNet, threads: job.threads) }

    func run() throws {
        guard let final = networks.final else { return }
        let validation = pictures.validation
        let plan = try plan(final)
        let validationLogits = try evaluator.logits(of: validation.map(\.picture), plan: plan)
        let temperature = try TemperatureOutcome(logits: validationLogits, labels: validation.map(\.label))
        var manifest = ModelManifest(
            architecture: final.graph.architecture, classes: classes,
            input: InputDescription(size: specification.imageSize, fit: specification.fit.rawValue), temperature: temperature.value,
            lineage: ModelLineage(
                job: job.files.directory.lastPathComponent, dataset: specification.dataset.description,
                revision: specification.revision.map(String.init),
                method: specification.method.rawValue, initialWeights: specification.weights, seed: specification.seed,
                madeBy: "aliquot \(ProgramVersion.current)"))
        let quantised = try quantise(final, manifest)
        try observer.check()
        if let outcome = quantised {
            manifest.defaultPrecision = outcome.report.served
            manifest.precisionReasons = outcome.report.reasons
        }
        let (report, logits) = try measure(final, temperature: temperature, quantised: quantised)
        try write(final, manifest, quantised?.network, try completed(report, final, quantised?.network, logits: logits))
    }

    private func plan(_ trained: TrainedNetworks.Trained) throws -> any FloatInferencePlan {
        try job.backend.inferencePlan(trained.graph, trained.result.parameters, options)
    }

    private var options: PlanOptions { PlanOptions(batch: 16, side: specification.imageSize, threads: job.threads) }

    private func quantise(_ final: TrainedNetworks.Trained, _ manifest: ModelManifest) throws -> PostTrainingQuantisation.Outcome? {
        guard specification.quantisation.scheme == .ptq else { return nil }
        guard let method = CalibrationMethod(rawValue: specification.quantisation.calibration.rawValue) else {
            throw TrainingJobError.unknownChoice(field: "calibration", got: specification.quantisation.calibration.rawValue)
        }
        let options = QuantisationOptions(
            first: method, maxDrop: specification.quantisation.maximumDrop, batch: options.batch, threads: job.threads)
        var random = SeededRandom(seed: specification.seed, purpose: "calibration")
        let calibration = random.permutation(pictures.training.count).prefix(Self.calibrationPictures).map { pictures.training[$0] }
        let counted = LookCounter(total: calibration.count + 2 * pictures.validation.count, phase: .quantisation, observer: observer)
        return try PostTrainingQuantisation(
            graph: final.graph, parameters: final.result.parameters, manifest: manifest, backend: job.backend, options: options
        ).run(
            calibration: { visit in try show(calibration, counted, visit) },
            validation: { visit in try show(pictures.validation, counted, visit) })
    }

    private func show(_ samples: [TrainingSample], _ counter: LookCounter, _ visit: (QuantisationBatch) throws -> Void) throws {
        var position = 0
        try evaluator.forEachBatch(of: samples.map(\.picture), size: options.batch) { batch in
            try visit(QuantisationBatch(pictures: batch.pixels, labels: samples[position..<(position + batch.count)].map(\.label)))
            position += batch.count
            try counter.add(batch.count)
        }
    }

    private func measure(
        _ final: TrainedNetworks.Trained, temperature: TemperatureOutcome, quantised: PostTrainingQuantisation.Outcome?
    ) throws -> (report: TrainingReport, logits: [[Float]]) {
        let labels = judged.map(\.label)
        let bootstrap = Bootstrap(seed: specification.seed)
        let all = [networks.supervised, networks.teacher, networks.student].compactMap(\.self)
        let counter = LookCounter(
            total: judged.count * (all.count + (quantised?.network == nil ? 0 : 1)), phase: .evaluation, observer: observer)
        func logits(_ plan: any InferencePlan) throws -> [[Float]] {
            let before = counter.done
            return try evaluator.logits(of: judged.map(\.picture), plan: plan) { try counter.add(before + $0 - counter.done) }
        }
        func outcome(_ trained: TrainedNetworks.Trained?) throws -> (outcome: ModelOutcome, logits: [[Float]], classes: [Int])? {
            guard let trained else { return nil }
            let rows = try logits(try plan(trained))
            let outcome = try ModelOutcome(
                network: trained.graph.architecture, logits: rows, labels: labels, training: trained.result.summary, bootstrap: bootstrap)
            return (outcome, rows, rows.map { Softmax.mode($0) })
        }
        let supervised = try outcome(networks.supervised)
        let teacher = try outcome(networks.teacher)
        let student = try outcome(networks.student)
        let finalClasses = (student ?? supervised)?.classes ?? []
        let int8Classes = try quantised?.network.map { network in
            try logits(try job.backend.inferencePlan(network, options)).map { Softmax.mode($0) }
        }
        var comparison: PairedComparison?
        if let student, let supervised {
            comparison = try PairedComparison(
                candidate: student.classes, baseline: supervised.classes, labels: labels, classes: classes.count, bootstrap: bootstrap)
        }
        let report = TrainingReport(
            specification: specification, classes: classes,
            pictures: .init(
                training: pictures.training.count, validation: pictures.validation.count,
                validationSource: pictures.validationWasSplit ? "split" : "dataset",
                unlabelled: pictures.unlabelled.count, test: pictures.test.count),
            evaluatedOn: pictures.test.isEmpty ? "validation" : "test",
            model: networks.finalName, supervised: supervised?.outcome, supervisedIsTeacher: networks.supervisedIsTeacher,
            teacher: teacher?.outcome,
            student: student?.outcome, pseudoLabels: networks.pseudoLabels, comparison: comparison, temperature: temperature,
            quantisation: quantised?.report,
            precisions: try precisions(final, quantised?.report, labels, float: finalClasses, int8: int8Classes),
            agreement: int8Classes.map { int8 in Double(zip(int8, finalClasses).count { $0 == $1 }) / Double(max(1, int8.count)) },
            efficiency: .init(
                parameters: final.graph.parameterCount, multiplyAdds: try final.graph.multiplyAdds(side: specification.imageSize),
                threads: job.threads,
                backend: job.backend.description, phaseSeconds: observer.phaseSeconds), notes: notes)
        return (report, (student ?? supervised)?.logits ?? [])
    }

    /// The report with what follows from the model's own logits, `[pictures, classes]`, and from the finished networks.
    private func completed(
        _ report: TrainingReport, _ final: TrainedNetworks.Trained, _ int8: QuantisedNetwork?, logits: [[Float]]
    ) throws -> (report: TrainingReport, page: HTML) {
        var report = report
        let side = specification.imageSize
        var latencies = [
            Precision.float.rawValue: try LatencyOutcome(side: side, threads: job.threads, check: observer.check) {
                try job.backend.inferencePlan(final.graph, final.result.parameters, $0)
            }
        ]
        if let int8 {
            latencies[Precision.int8.rawValue] = try LatencyOutcome(side: side, threads: job.threads, check: observer.check) {
                try job.backend.inferencePlan(int8, $0)
            }
        }
        report.efficiency.latencies = latencies
        let temperature = report.temperature.value
        let wrong = WrongPicture.worst(logits, samples: judged, classes: classes, temperature: temperature)
        report.calibration = CalibrationOutcome(logits: logits, labels: judged.map(\.label), temperature: temperature)
        report.mostWrong = wrong.map(\.wrong)
        report.data = data
        report.origin = ReportOrigin(job.files, backend: job.backend)
        return (report, try ReportPage(report, thumbnails: wrong.map { try Thumbnail($0.sample.picture) }).html)
    }

    private func precisions(
        _ final: TrainedNetworks.Trained, _ report: QuantisationReport?, _ labels: [Int], float: [Int], int8: [Int]?
    ) throws -> [String: PrecisionOutcome] {
        func outcome(_ predictions: [Int], bytes: Int, latency: Double?) throws -> PrecisionOutcome {
            let matrix = try ConfusionMatrix(labels: labels, predictions: predictions, classes: classes.count)
            return PrecisionOutcome(
                accuracy: matrix.accuracy, macroF1: matrix.macroF1, fileBytes: bytes, medianLatencyMilliseconds: latency)
        }
        let floatBytes = try report?.floatBytes ?? FloatFile.encode(final.result.parameters, graph: final.graph).count
        var precisions = [Precision.float.rawValue: try outcome(float, bytes: floatBytes, latency: report?.latency?.floatMilliseconds)]
        if let int8, let bytes = report?.int8Bytes {
            precisions[Precision.int8.rawValue] = try outcome(int8, bytes: bytes, latency: report?.latency?.int8Milliseconds)
        }
        return precisions
    }

    private var notes: [String] {
        var notes: [String] = []
        if pictures.test.isEmpty {
            notes.append(
                "The dataset has no test pictures: the figures are of the validation pictures, which chose the epoch, and flatter.")
        }
        if networks.supervisedIsTeacher {
            notes.append(
                "The teacher is the supervised baseline: the same network, seed and epochs. The student takes more steps in as many epochs, because it has more pictures."
            )
        }
        return notes
    }

    private func write(
        _ final: TrainedNetworks.Trained, _ manifest: ModelManifest, _ int8: QuantisedNetwork?, _ made: (report: TrainingReport, page: HTML)
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(made.report)
        // What an attempt that died here has left is not complete: `done.json` is missing.
        if FileManager.default.fileExists(atPath: job.files.result.path) { try FileManager.default.removeItem(at: job.files.result) }
        try FileManager.default.createDirectory(at: job.files.result, withIntermediateDirectories: true)
        try ModelDirectory.write(
            manifest: manifest, graph: final.graph, parameters: final.result.parameters, quantised: int8, report: data,
            to: job.files.result.appendingPathComponent("model", isDirectory: true))
        try AtomicFile.write(Data(made.page.text.utf8), to: job.files.page)
        try AtomicFile.write(data, to: job.files.report)
    }
}
