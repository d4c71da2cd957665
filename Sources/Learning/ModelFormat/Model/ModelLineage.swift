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
    package var seed: UInt64?
    /// The program and its version.
    package var madeBy: String?

    package init(
        job: String? = nil, sourceVersion: Int? = nil, dataset: String? = nil, revision: String? = nil, method: String? = nil,
        initialWeights: String? = nil,
        seed: UInt64? = nil, madeBy: String? = nil
    ) {
        self.job = job
        self.sourceVersion = sourceVersion
        self.dataset = dataset
        self.revision = revision
        self.method = method
        self.initialWeights = initialWeights
        self.seed = seed
        self.madeBy = madeBy
    }

    enum CodingKeys: String, CodingKey {
        case job, dataset, revision, method, seed
        case sourceVersion = "source_version"
        case initialWeights = "initial_weights"
        case madeBy = "made_by"
    }
}
