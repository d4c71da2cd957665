import Base

/// A dataset frozen at one moment. Never changes; what a model's lineage names.
package struct Revision: Sendable, Codable, Equatable {
    package let dataset: ResourceName
    /// 1 for a dataset's first, then upwards; never used twice.
    package let number: Int
    /// SHA-256 of the manifest file as ``RevisionManifest`` writes it: equal pictures, labels and roles give equal digests.
    package let digest: SHA256Digest
    /// In the order of a model's outputs.
    package let classes: [String]
    package let counts: ImageCounts
    package let findings: [Finding]
    package let createdAt: Timestamp

    private enum CodingKeys: String, CodingKey {
        case dataset, digest, classes, counts, findings
        case number = "revision"
        case createdAt = "created_at"
    }
}
