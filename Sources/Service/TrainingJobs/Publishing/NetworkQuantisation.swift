import Augmentation
import Base
import Engine
import Jobs
import ModelFormat
import Quantization
import Training

/// From a float network and a job's pictures to its int8 form and what the gates said. The one place that calls the quantiser.
struct NetworkQuantisation {
    struct Outcome: Sendable {
        /// Nil where the gates let nothing pass.
        let network: QuantisedNetwork?
        /// The int8 network's logits of the validation pictures, a row each; empty where there is none.
        let validationLogits: [[Float]]
        let report: QuantisationReport

        /// An int8 answer whose two best logits are closer than this is in doubt.
        var margin: Float { Float(report.doubt?.margin ?? 0) }

        /// Writes into the manifest what is served, and why.
        func describe(in manifest: inout ModelManifest) {
            manifest.defaultPrecision = report.served
            manifest.precisionReasons = report.reasons
            manifest.floatBelowMargin = report.doubt?.margin
        }
    }

    /// How many training pictures the ranges of int8 come from. Source: learning.md, section 7.
    private static let calibrationPictures = 256
    /// How many unlabelled pictures tell when int8 is in doubt.
    private static let doubtPictures = 512
    /// How many training and unlabelled pictures an epoch of quantisation-aware training shows at most.
    private static let awarePictures = 2048

    let examination: Examination
    let settings: TrainSpecification.Quantisation
    /// How pictures are mirrored where the network is trained with 8-bit rounding: as in its training.
    let flips: TrainSpecification.Flips
    /// Chooses the pictures.
    let seed: UInt64

    /// How many pictures are looked at, in float and in int8.
    static func looks(_ pictures: JobPictures) -> Int {
        let calibration = min(pictures.training.count, calibrationPictures)
        return calibration + 2 * (calibration + pictures.validation.count + min(pictures.unlabelled.count, doubtPictures))
    }

    /// - Parameter manifest: of the model that this becomes; classes, input and temperature are used.
    /// - Returns: nil where the settings ask for none.
    /// - Throws: what the quantiser throws; ``TrainingError/interrupted``.
    func run(_ network: FloatNetwork, _ manifest: ModelManifest) throws -> Outcome? {
        guard settings.scheme == .ptq else { return nil }
        guard let method = CalibrationMethod(rawValue: settings.calibration.rawValue) else {
            throw TrainingJobError.unknownChoice(field: "calibration", got: settings.calibration.rawValue)
        }
        let pictures = examination.pictures
        var options = QuantisationOptions(
            first: method, maxDrop: settings.maximumDrop, batch: examination.options.batch, threads: examination.threads)
        options.awareEpochs = settings.qatEpochs
        var random = SeededRandom(seed: seed, purpose: "calibration")
        let calibration = random.permutation(pictures.training.count).prefix(Self.calibrationPictures).map { pictures.training[$0] }
        random = SeededRandom(seed: seed, purpose: "doubt")
        let unlabelled = random.permutation(pictures.unlabelled.count).prefix(Self.doubtPictures).map { pictures.unlabelled[$0] }
        let counter = LookCounter(total: Self.looks(pictures), phase: .quantisation, observer: examination.observer)
        let outcome = try QuantisationCascade(
            graph: network.graph, parameters: network.parameters, manifest: manifest, backend: examination.backend, options: options
        ).run(
            .init(
                calibration: { visit in try show(calibration.map(\.picture), calibration.map(\.label), counter, visit) },
                validation: { visit in try show(pictures.validation.map(\.picture), pictures.validation.map(\.label), counter, visit) },
                unlabelled: { visit in try show(unlabelled, [Int](repeating: 0, count: unlabelled.count), counter, visit) },
                training: try awareTraining(judging: calibration.map(\.picture))))
        return Outcome(network: outcome.network, validationLogits: outcome.validationLogits, report: outcome.report)
    }

    /// Training and unlabelled pictures, weakly augmented, others in each epoch where there are more than one shows.
    /// - Parameter judging: pictures that tell whether an epoch helped.
    private func awareTraining(judging: [PictureFile]) throws -> AwareTrainingPictures? {
        let (pictures, cache, observer) = (examination.pictures, examination.evaluator.cache, examination.observer)
        let epochs = settings.qatEpochs
        let samples = pictures.training + pictures.unlabelled.map { TrainingSample(picture: $0, label: 0) }
        guard epochs > 0, samples.count >= 2 else { return nil }
        guard let flips = Flips(rawValue: flips.rawValue) else {
            throw TrainingJobError.unknownChoice(field: "flips", got: flips.rawValue)
        }
        var random = SeededRandom(seed: seed, purpose: "qat")
        let seed = random.next()
        let order = try EpochOrder(samples: samples.count, batch: examination.options.batch, seed: seed)
        let steps = min(order.stepsPerEpoch, Self.awarePictures / order.batch)
        let source = TrainingPictures(
            samples: samples, cache: cache,
            augmentation: WeakAugmentation(size: cache.geometry.size, fit: cache.geometry.fit, flips: flips),
            normalisation: examination.evaluator.normalisation, seed: seed)
        return AwareTrainingPictures(
            stepsPerEpoch: steps,
            judging: { visit in
                try examination.evaluator.forEachBatch(of: judging, size: examination.options.batch) { batch in
                    try visit(QuantisationBatch(pictures: batch.pixels, labels: [Int](repeating: 0, count: batch.count)))
                    try observer.check()
                }
            }
        ) { epoch, visit in
            // Each picture also goes through the float network, a third of a step.
            if epoch == 0 { observer.revise(.qat, cost: Double(epochs * steps * order.batch) * 4 / 3) }
            let begun = ContinuousClock.now
            let batches = source.batches(epoch: epoch, order: order, from: 0, threads: examination.threads)
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
        try examination.evaluator.forEachBatch(of: pictures, size: examination.options.batch) { batch in
            try visit(QuantisationBatch(pictures: batch.pixels, labels: Array(labels[position..<(position + batch.count)])))
            position += batch.count
            try counter.add(batch.count)
        }
    }
}
