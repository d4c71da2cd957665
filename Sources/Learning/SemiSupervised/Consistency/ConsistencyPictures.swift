import Augmentation
import Base
import Images
import Training

/// Makes the batches of the consistency methods. What a row shows derives from seed, step and row alone.
struct ConsistencyPictures: Sendable {
    private let labelled: [TrainingSample]
    private let unlabelled: [PictureFile]
    private let cache: PictureCache
    private let configuration: TrainingConfiguration
    private let labelledOrder: EpochOrder
    private let unlabelledOrder: EpochOrder
    private let hasStrongView: Bool

    /// - Parameter hasStrongView: the second view of an unlabelled picture is a strong one, else another weak one.
    init(
        labelled: [TrainingSample], unlabelled: [PictureFile], cache: PictureCache, configuration: TrainingConfiguration, ratio: Int,
        hasStrongView: Bool
    ) throws(TrainingError) {
        guard !unlabelled.isEmpty else { throw .tooFewSamples(what: "unlabelled pictures", got: 0, needed: 1) }
        self.labelled = labelled
        self.unlabelled = unlabelled
        self.cache = cache
        self.configuration = configuration
        self.hasStrongView = hasStrongView
        labelledOrder = try EpochOrder(samples: labelled.count, batch: configuration.batchSize, seed: configuration.seed)
        // An order needs two; a single picture is shown twice.
        unlabelledOrder = try EpochOrder(
            samples: max(2, unlabelled.count), batch: labelledOrder.batch * ratio, seed: configuration.seed ^ 0x756E_6C61_6265_6C6C)
    }

    var labelledRows: Int { labelledOrder.batch }
    var unlabelledRows: Int { unlabelledOrder.batch }
    var rows: Int { labelledRows + 2 * unlabelledRows }
    /// One pass over the unlabelled pictures.
    var stepsPerEpoch: Int { unlabelledOrder.stepsPerEpoch }

    func batches(epoch: Int, from firstStep: Int, threads: Int) -> Prefetcher<ConsistencyBatch> {
        let order = unlabelledOrder.indices(epoch: epoch)
        return Prefetcher(count: stepsPerEpoch - firstStep, ahead: threads + 2, threads: threads) { position in
            let step = firstStep + position
            let shown = order[(step * unlabelledRows)..<((step + 1) * unlabelledRows)].map { $0 % unlabelled.count }
            return try batch(number: epoch * stepsPerEpoch + step, unlabelled: shown)
        }
    }

    /// - Parameters:
    ///   - number: of the step over the whole training.
    ///   - unlabelled: which pictures are shown.
    func batch(number: Int, unlabelled shown: [Int]) throws(TrainingError) -> ConsistencyBatch {
        let steps = labelledOrder.stepsPerEpoch
        let order = labelledOrder.indices(epoch: number / steps)
        let own = order[(number % steps * labelledRows)..<((number % steps + 1) * labelledRows)].map { labelled[$0] }
        let weak = WeakAugmentation(size: configuration.geometry.size, fit: configuration.geometry.fit, flips: configuration.flips)
        let strong = StrongAugmentation(weak: weak)
        var pictures: [RGBImage] = []
        pictures.reserveCapacity(rows)
        func random() -> SeededRandom { SeededRandom(seed: configuration.seed, purpose: "consistency.\(number).\(pictures.count)") }
        for sample in own {
            var random = random()
            pictures.append(weak.apply(to: try cache.forTraining(sample.picture), random: &random))
        }
        for view in 0..<2 {
            for index in shown {
                var random = random()
                let picture = try cache.forTraining(unlabelled[index])
                pictures.append(
                    view == 1 && hasStrongView ? strong.apply(to: picture, random: &random) : weak.apply(to: picture, random: &random))
            }
        }
        return ConsistencyBatch(
            pictures: PictureBatch(
                pictures, side: configuration.geometry.size, normalisation: configuration.normalisation, labels: own.map(\.label)),
            unlabelled: shown)
    }
}
