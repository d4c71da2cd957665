import Base

/// Which samples an epoch shows, in which order: decided by seed, purpose and epoch alone, so that a resumed run continues it.
package struct EpochOrder: Sendable, Equatable {
    /// Pictures in a batch: as asked, or the number of samples where there are fewer.
    package let batch: Int
    package let stepsPerEpoch: Int
    private let samples: Int
    private let seed: UInt64

    /// The last odd batch of an epoch is dropped where less than half of it would be new pictures, else filled up with pictures drawn again.
    ///
    /// - Parameters:
    ///   - samples: at least 2, because batch norm needs two pictures.
    ///   - batch: pictures in a batch, at least 2.
    /// - Throws: ``TrainingError/tooFewSamples(what:got:needed:)``, ``TrainingError/outOfRange(name:got:allowed:)``.
    package init(samples: Int, batch: Int, seed: UInt64) throws(TrainingError) {
        guard samples >= 2 else { throw .tooFewSamples(what: "training pictures", got: samples, needed: 2) }
        guard batch >= 2 else { throw .outOfRange(name: "batch_size", got: "\(batch)", allowed: "at least 2") }
        self.samples = samples
        self.batch = min(samples, batch)
        self.seed = seed
        stepsPerEpoch = max(1, (samples + self.batch / 2) / self.batch)
    }

    /// The samples of all steps of an epoch, `stepsPerEpoch · batch` indices.
    package func indices(epoch: Int) -> [Int] {
        var random = SeededRandom(seed: seed, purpose: "order.\(epoch)")
        let wanted = stepsPerEpoch * batch
        let order = random.permutation(samples)
        let extra = wanted > samples ? random.permutation(samples).prefix(wanted - samples) : []
        return Array((order + extra).prefix(wanted))
    }
}
