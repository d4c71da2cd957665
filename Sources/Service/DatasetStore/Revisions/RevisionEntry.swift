import Base
import Images

/// One picture of a revision: a line of `revision.jsonl`.
package struct RevisionEntry: Sendable, Codable, Equatable {
    package let image: ResourceName
    /// Of the picture's bytes: `BlobStore.url` finds them.
    package let sha256: SHA256Digest
    /// Nil: unlabelled.
    package let label: String?
    package let role: ImageRole
    /// In pixels, after EXIF orientation.
    package let width: Int
    package let height: Int
    package let format: ImageFormat

    package init(image: ResourceName, sha256: SHA256Digest, label: String?, role: ImageRole, width: Int, height: Int, format: ImageFormat) {
        self.image = image
        self.sha256 = sha256
        self.label = label
        self.role = role
        self.width = width
        self.height = height
        self.format = format
    }
}
