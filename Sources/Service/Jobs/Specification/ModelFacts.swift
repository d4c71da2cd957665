import Base

/// What validation must know of a model that a job wants to work with.
package struct ModelFacts: Sendable, Equatable {
    /// One version: what its manifest says.
    package struct Version: Sendable, Equatable {
        package let number: Int
        /// In the order of the logits.
        package let classes: [String]
        /// Of its float part.
        package let floatDigest: SHA256Digest
        /// What it learned from, as far as that is known.
        package let dataset: ResourceName?
        package let revision: Int?
        /// Of the training.
        package let seed: UInt64?

        package init(
            number: Int, classes: [String], floatDigest: SHA256Digest, dataset: ResourceName? = nil, revision: Int? = nil,
            seed: UInt64? = nil
        ) {
            self.number = number
            self.classes = classes
            self.floatDigest = floatDigest
            self.dataset = dataset
            self.revision = revision
            self.seed = seed
        }
    }

    /// Those that are there, ascending.
    package let versions: [Int]
    /// The one that the job names, the newest if it names none; nil where there is no such version.
    package let version: Version?

    package init(versions: [Int], version: Version?) {
        self.versions = versions
        self.version = version
    }
}
