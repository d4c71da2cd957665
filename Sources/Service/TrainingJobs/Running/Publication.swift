import Augmentation
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
    /// How many unlabelled pictures tell when int8 is in doubt.
    static let doubtPictures = 512
    /// How many training and unlabelled pictures an epoch of quantisation-aware training shows at most.
    static let awarePictures = 2048

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
            manifest.floatBelowMargin = outcome.report.doubt?.margin
        }
        manifest.conformal = try conformal(validationLogits, quantised, temperature: temperature.value)
        let (report, logits) = try measure(final, temperature: temperature, conformal: manifest.conformal, quantised: quantised)
        try write(final, manifest, quantised?.network, try completed(report, logits: logits))
    }

    private func plan(_ trained: TrainedNetworks.Trained) throws -> any FloatInferencePlan {
        try job.backend.inferencePlan(trained.graph, trained.result.parameters, options)
    }

    private var options: PlanOptions { PlanOptions(batch: 16, side: specification.imageSize, threads: job.threads) }

    /// Thresholds of the prediction sets, from the validation pictures; each precision has its own, because its probabilities are its own. Those of int8 are
    /// float's where it is in doubt, as they are in answers.
    private func conformal(
        _ float: [[Float]], _ quantised: QuantisationCascade.Outcome?, temperature: Double
    ) throws -> ConformalCalibration? {
        guard let alpha = specification.conformalAlpha else { return nil }
        let labels = pictures.validation.map(\.label)
        var logits = [Precision.float: float]
        if let quantised, quantised.network != nil {
            logits[.int8] = PrecisionLook.answers(int8: quantised.validationLogits, float: float, below: margin(quantised))
        }
        let thresholds = try logits.mapValues { rows in
            try AdaptiveSets(
                fitting: rows.map { Softmax.probabilities($0, temperature: temperature) }, labels: labels, alpha: alpha
            ).threshold
        }
        return ConformalCalibration(alpha: alpha, samples: labels.count, thresholds: thresholds)
    }

    /// Below it an int8 answer is in doubt.
    private func margin(_ quantised: QuantisationCascade.Outcome?) -> Float { Float(quantised?.report.doubt?.margin ?? 0) }

    private func quantise(_ final: TrainedNetworks.Trained, _ manifest: ModelManifest) throws -> QuantisationCascade.Outcome? {
        guard specification.quantisation.scheme == .ptq else { return nil }
        guard let method = CalibrationMethod(rawValue: specification.quantisation.calibration.rawValue) else {
            throw TrainingJobError.unknownChoice(field: "calibration", got: specification.quantisation.calibration.rawValue)
        }
        var options = QuantisationOptions(
            first: method, maxDrop: specification.quantisation.maximumDrop, batch: options.batch, threads: job.threads)
        options.awareEpochs = specification.quantisation.qatEpochs
        var random = SeededRandom(seed: specification.seed, purpose: "calibration")
        let calibration = random.permutation(pictures.training.count).prefix(Self.calibrationPictures).map { pictures.training[$0] }
        random = SeededRandom(seed: specification.seed, purpose: "doubt")
        let unlabelled = random.permutation(pictures.unlabelled.count).prefix(Self.doubtPictures).map { pictures.unlabelled[$0] }
        let looks = calibration.count + pictures.validation.count + unlabelled.count
        let counted = LookCounter(total: calibration.count + 2 * looks, phase: .quantisation, observer: observer)
        return try QuantisationCascade(
            graph: final.graph, parameters: final.result.parameters, manifest: manifest, backend: job.backend, options: options
        ).run(
            .init(
                calibration: { visit in try show(calibration.map(\.picture), calibration.map(\.label), counted, visit) },
                validation: { visit in try show(pictures.validation.map(\.picture), pictures.validation.map(\.label), counted, visit) },
                unlabelled: { visit in try show(unlabelled, [Int](repeating: 0, count: unlabelled.count), counted, visit) },
                training: try awareTraining()))
    }

    /// Training and unlabelled pictures, weakly augmented, others in each epoch where there are more than one shows.
    private func awareTraining() throws -> AwareTrainingPictures? {
        let epochs = specification.quantisation.qatEpochs
        let samples = pictures.training + pictures.unlabelled.map { TrainingSample(picture: $0, label: 0) }
        guard epochs > 0, samples.count >= 2 else { return nil }
        guard let flips = Flips(rawValue: specification.flips.rawValue) else {
            throw TrainingJobError.unknownChoice(field: "flips", got: specification.flips.rawValue)
        }
        var random = SeededRandom(seed: specification.seed, purpose: "qat")
        let seed = random.next()
        let order = try EpochOrder(samples: samples.count, batch: options.batch, seed: seed)
        let steps = min(order.stepsPerEpoch, Self.awarePictures / order.batch)
        let source = TrainingPictures(
            samples: samples, cache: cache,
            augmentation: WeakAugmentation(size: cache.geometry.size, fit: cache.geometry.fit, flips: flips), normalisation: .imageNet,
            seed: seed)
        return AwareTrainingPictures(stepsPerEpoch: steps) { epoch, visit in
            // Each picture also goes through the float network, a third of a step.
            if epoch == 0 { observer.revise(.qat, cost: Double(epochs * steps * order.batch) * 4 / 3) }
            let begun = ContinuousClock.now
            let batches = source.batches(epoch: epoch, order: order, from: 0, threads: job.threads)
            for step in 1...steps {
                guard let batch = try batches.next() else { break }
                try visit(QuantisationBatch(pictures: batch.pixels, labels: batch.labels))
                let done = Double(epoch * steps + step), seconds = begun.duration(to: .now) / .seconds(1)
                observer.progressed(
                    TrainingProgress(
                        epoch: epoch + 1, epochs: epochs, step: step, stepsPerEpoch: steps, fraction: done / Double(epochs * steps),
                        imagesPerSecond: Double(step * order.batch) / max(seconds, 1e-9)), stage: JobPhase.qat.rawValue)
                try observer.check()
            }
        }
    }

    private func show(
        _ pictures: [PictureFile], _ labels: [Int], _ counter: LookCounter, _ visit: (QuantisationBatch) throws -> Void
    ) throws {
        var position = 0
        try evaluator.forEachBatch(of: pictures, size: options.batch) { batch in
            try visit(QuantisationBatch(pictures: batch.pixels, labels: Array(labels[position..<(position + batch.count)])))
            position += batch.count
            try counter.add(batch.count)
        }
    }

    private func measure(
        _ final: TrainedNetworks.Trained, temperature: TemperatureOutcome, conformal: ConformalCalibration?,
        quantised: QuantisationCascade.Outcome?
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
        func outcome(_ trained: TrainedNetworks.Trained?) throws -> (outcome: ModelOutcome, logits: [[Float]])? {
            guard let trained else { return nil }
            let rows = try logits(try plan(trained))
            let outcome = try ModelOutcome(
                network: trained.graph.architecture, logits: rows, labels: labels, training: trained.result.summary, bootstrap: bootstrap)
            return (outcome, rows)
        }
        let supervised = try outcome(networks.supervised)
        let teacher = try outcome(networks.teacher)
        let student = try outcome(networks.student)
        let float = (student ?? supervised)?.logits ?? []
        let alone = try quantised?.network.map { network in try logits(try job.backend.inferencePlan(network, options)) }
        let int8 = alone.map { PrecisionLook.answers(int8: $0, float: float, below: margin(quantised)) }
        let predictions = float.map { Softmax.mode($0) }
        var comparison: PairedComparison?
        if let student, let supervised {
            comparison = try PairedComparison(
                candidate: student.logits.map { Softmax.mode($0) }, baseline: supervised.logits.map { Softmax.mode($0) }, labels: labels,
                classes: classes.count, bootstrap: bootstrap)
        }
        let int8Outcome = try alone.map { rows in
            try Int8Outcome(
                zip(rows, float).map { PrecisionLook(int8: $0, float: $1) }, labels: labels, classes: classes.count,
                margin: margin(quantised))
        }
        let judgedRows = [Precision.float: float, .int8: int8].compactMapValues(\.self).mapValues { rows in
            rows.map { Softmax.probabilities($0, temperature: temperature.value) }
        }
        let latencies = try self.latencies(final, quantised?.network)
        let report = TrainingReport(
            specification: specification, classes: classes,
            pictures: .init(
                training: pictures.training.count, validation: pictures.validation.count,
                validationSource: pictures.validationWasSplit ? "split" : "dataset",
                unlabelled: pictures.unlabelled.count, hiddenLabels: pictures.hidden.count, test: pictures.test.count),
            evaluatedOn: pictures.test.isEmpty ? "validation" : "test", classesWithoutSupport: classesWithoutSupport,
            model: networks.finalName, supervised: supervised?.outcome, supervisedIsTeacher: networks.supervisedIsTeacher,
            teacher: teacher?.outcome,
            student: student?.outcome, pseudoLabels: networks.pseudoLabels, hiddenLabels: networks.hiddenLabels,
            comparison: comparison, temperature: temperature,
            calibration: try CalibrationOutcome(logits: float, labels: labels, temperature: temperature.value),
            conformal: try conformal.map { try ConformalOutcome($0, judged: judgedRows, labels: labels) }, quantisation: quantised?.report,
            precisions: try precisions(
                final, quantised?.report, latencies, labels, float: predictions, int8: int8?.map { Softmax.mode($0) }),
            agreement: int8Outcome?.agreement, int8: int8Outcome,
            efficiency: .init(
                parameters: final.graph.parameterCount, multiplyAdds: try final.graph.multiplyAdds(side: specification.imageSize),
                threads: job.threads,
                backend: job.backend.description, phaseSeconds: observer.phaseSeconds, latencies: latencies), notes: notes)
        return (report, float)
    }

    /// By precision: how fast the finished networks are.
    private func latencies(_ final: TrainedNetworks.Trained, _ int8: QuantisedNetwork?) throws -> [String: LatencyOutcome] {
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
        return latencies
    }

    /// The report with what follows from the model's own logits, `[pictures, classes]`.
    private func completed(_ report: TrainingReport, logits: [[Float]]) throws -> (report: TrainingReport, page: HTML) {
        var report = report
        let temperature = report.temperature.value
        let wrong = WrongPicture.worst(logits, samples: judged, classes: classes, temperature: temperature)
        report.mostWrong = wrong.map(\.wrong)
        report.data = data
        report.origin = ReportOrigin(job.files, backend: job.backend)
        return (report, try ReportPage(report, thumbnails: wrong.map { try Thumbnail($0.sample.picture) }).html)
    }

    private func precisions(
        _ final: TrainedNetworks.Trained, _ report: QuantisationReport?, _ latencies: [String: LatencyOutcome], _ labels: [Int],
        float: [Int], int8: [Int]?
    ) throws -> [String: PrecisionOutcome] {
        func outcome(_ predictions: [Int], bytes: Int, latency: Double?) throws -> PrecisionOutcome {
            let matrix = try ConfusionMatrix(labels: labels, predictions: predictions, classes: classes.count)
            return PrecisionOutcome(
                accuracy: matrix.accuracy, macroF1: matrix.macroF1, fileBytes: bytes, medianLatencyMilliseconds: latency)
        }
        let floatBytes = try report?.floatBytes ?? FloatFile.encode(final.result.parameters, graph: final.graph).count
        // Where int8 was not measured beside it, its own.
        let latency = report?.latency?.floatMilliseconds ?? latencies[Precision.float.rawValue]?.allThreads.median
        var precisions = [Precision.float.rawValue: try outcome(float, bytes: floatBytes, latency: latency)]
        if let int8, let bytes = report?.int8Bytes {
            precisions[Precision.int8.rawValue] = try outcome(int8, bytes: bytes, latency: report?.latency?.int8Milliseconds)
        }
        return precisions
    }

    /// Classes that none of the judged pictures has.
    private var classesWithoutSupport: [String] {
        let present = Set(judged.map(\.label))
        return classes.indices.filter { !present.contains($0) }.map { classes[$0] }
    }

    private var notes: [String] {
        var notes: [String] = []
        if !classesWithoutSupport.isEmpty {
            notes.append(
                "No \(pictures.test.isEmpty ? "validation" : "test") picture shows \(classesWithoutSupport.joined(separator: ", ")): left out of macro averages."
            )
        }
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
        try AtomicFile.write(Data(made.page.text.utf8), to: job.files.reportPage)
        try AtomicFile.write(data, to: job.files.report)
    }
}
