import Base

/// Where a model comes from. What a run does not have is absent.
package struct ModelLineage: Codable, Sendable, Equatable {
    package var job: String?
    /// The version of the same model whose float part this has; absent for a model that its job has trained.
    package var sourceVersion: Int?
    package var dataset: String?
    package var revision: String?
    package var method: String?
    /// The pretrained weights that training began from, by name.
    package var initialWeights: String?
    /// The SHA-256 of their file; absent in models of an earlier release.
    package var initialWeightsDigest: SHA256Digest?
    /// How pictures were mirrored in training; absent in models of an earlier release.
    package var flips: String?
    package var seed: UInt64?
    /// The program and its version.
    package var madeBy: String?

    package init(
        job: String? = nil, sourceVersion: Int? = nil, dataset: String? = nil, revision: String? = nil, method: String? = nil,
        initialWeights: String? = nil, initialWeightsDigest: SHA256Digest? = nil, flips: String? = nil, seed: UInt64? = nil,
        madeBy: String? = nil
    ) {
        self.job = job
        self.sourceVersion = sourceVersion
        self.dataset = dataset
        self.revision = revision
        self.method = method
        self.initialWeights = initialWeights
        self.initialWeightsDigest = initialWeightsDigest
        self.flips = flips
        self.seed = seed
        self.madeBy = madeBy
    }

    enum CodingKeys: String, CodingKey {
        case job, dataset, revision, method, flips, seed
        case sourceVersion = "source_version"
        case initialWeights = "initial_weights"
        case initialWeightsDigest = "initial_weights_sha256"
        case madeBy = "made_by"
    }
}
