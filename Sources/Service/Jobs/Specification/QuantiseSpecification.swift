import Base

/// Give a version of a model an int8 form again (`learning.md` section 7): its float part stays as it is, the result is the model's next version.
package struct QuantiseSpecification: Codable, Sendable, Equatable {
    package let model: ResourceName
    /// The version whose float part is quantised; one that the request does not name is the newest, as `latest` is when pictures are classified.
    package let version: Int
    /// Of that float part: a model that got the name in the meantime is another one.
    package let floatDigest: SHA256Digest
    /// Where the pictures come from that give the ranges and that judge; if not named, what the version learned from.
    package let dataset: ResourceName
    /// Nil in a request means the revision that the version learned from, of another dataset "as it is now": the service freezes one before the worker sees the job.
    package var revision: Int?
    package let quantisation: TrainSpecification.Quantisation
    /// Chooses pictures. If not named, that of the training: then they are the ones that its own quantisation looked at.
    package let seed: UInt64
    /// Threads of the worker; nil: the share of its slot.
    package let threads: Int?
    package let priority: Int
    /// Seconds of running after which the job fails; nil: no limit.
    package let timeLimitSeconds: Int?

    private enum CodingKeys: String, CodingKey {
        case model, version, dataset, revision, quantisation, seed, threads, priority
        case floatDigest = "float_sha256"
        case timeLimitSeconds = "time_limit_s"
    }

    /// No check is made here (see ``Submission``).
    package init(
        model: ResourceName, version: Int, floatDigest: SHA256Digest, dataset: ResourceName, revision: Int? = nil,
        quantisation: TrainSpecification.Quantisation = .init(), seed: UInt64 = TrainSpecification.Defaults.seed, threads: Int? = nil,
        priority: Int = TrainSpecification.Defaults.priority, timeLimitSeconds: Int? = nil
    ) {
        self.model = model
        self.version = version
        self.floatDigest = floatDigest
        self.dataset = dataset
        self.revision = revision
        self.quantisation = quantisation
        self.seed = seed
        self.threads = threads
        self.priority = priority
        self.timeLimitSeconds = timeLimitSeconds
    }
}
