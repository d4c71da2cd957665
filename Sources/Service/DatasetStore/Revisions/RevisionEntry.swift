import Base
import Images

/// One picture of a revision: a line of `revision.jsonl`.
package struct RevisionEntry: Sendable, Codable, Equatable {
    package let image: ResourceName
    /// Of the picture's bytes: `BlobStore.url` finds them.
    package let sha256: SHA256Digest
    /// Nil: unlabelled.
    package let label: String?
    /// The class of an unlabelled picture that only the evaluator knows: nothing learns from it.
    package let hiddenLabel: String?
    package let role: ImageRole
    /// In pixels, after EXIF orientation.
    package let width: Int
    package let height: Int
    package let format: ImageFormat

    private enum CodingKeys: String, CodingKey {
        case image, sha256, label, role, width, height, format
        case hiddenLabel = "hidden_label"
    }

    package init(
        image: ResourceName, sha256: SHA256Digest, label: String?, hiddenLabel: String? = nil, role: ImageRole, width: Int, height: Int,
        format: ImageFormat
    ) {
        self.image = image
        self.sha256 = sha256
        self.label = label
        self.hiddenLabel = hiddenLabel
        self.role = role
        self.width = width
        self.height = height
        self.format = format
    }
}
