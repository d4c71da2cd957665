import Augmentation
import Base
import Images

/// Makes the training batches: decoded, weakly augmented, normalised, mixed where MixUp is asked for.
package struct TrainingPictures: Sendable {
    private let samples: [TrainingSample]
    private let cache: PictureCache
    private let augmentation: WeakAugmentation
    private let normalisation: Normalisation
    private let seed: UInt64
    private let mixUp: Double?

    /// - Parameter mixUp: α of Beta(α, α); nil: pictures are not mixed.
    package init(
        samples: [TrainingSample], cache: PictureCache, augmentation: WeakAugmentation, normalisation: Normalisation, seed: UInt64,
        mixUp: Double? = nil
    ) {
        self.samples = samples
        self.cache = cache
        self.augmentation = augmentation
        self.normalisation = normalisation
        self.seed = seed
        self.mixUp = mixUp
    }

    /// The batches of an epoch from `firstStep` on, made ahead on `threads` threads.
    ///
    /// The random state of a picture derives from seed, epoch and its place in the epoch, never from the thread that makes it.
    package func batches(epoch: Int, order: EpochOrder, from firstStep: Int, threads: Int) -> Prefetcher<PictureBatch> {
        let indices = order.indices(epoch: epoch)
        let size = order.batch
        return Prefetcher(count: order.stepsPerEpoch - firstStep, ahead: threads + 2, threads: threads) { position in
            let first = (firstStep + position) * size
            return try batch(Array(indices[first..<(first + size)]), epoch: epoch, firstPlace: first)
        }
    }

    /// One batch, `firstPlace` being the place of its first picture in the epoch.
    package func batch(_ indices: [Int], epoch: Int, firstPlace: Int) throws(TrainingError) -> PictureBatch {
        var pictures: [RGBImage] = []
        pictures.reserveCapacity(indices.count)
        for (offset, index) in indices.enumerated() {
            var random = SeededRandom(seed: seed, purpose: "weak.\(epoch).\(firstPlace + offset)")
            pictures.append(augmentation.apply(to: try cache.forTraining(samples[index].picture), random: &random))
        }
        let soft = indices.map { samples[$0].soft }
        let batch = PictureBatch(
            pictures, side: cache.geometry.size, normalisation: normalisation, labels: indices.map { samples[$0].label },
            soft: soft.contains { $0 != nil } ? soft : [])
        guard let mixUp else { return batch }
        var random = SeededRandom(seed: seed, purpose: "mixup.\(epoch).\(firstPlace)")
        return batch.mixed(MixUp(rows: indices.count, alpha: mixUp, random: &random))
    }
}
