import Base
import Images

/// A picture of a dataset, without its bytes.
package struct StoredImage: Sendable, Codable, Equatable {
    package let name: ResourceName
    /// Nil: unlabelled.
    package let label: String?
    /// The class that only the evaluator knows; it counts for an unlabelled picture.
    package let hiddenLabel: String?
    package let role: ImageRole
    /// Of the bytes as uploaded; the strong ETag, and the name of the blob.
    package let sha256: SHA256Digest
    package let bytes: Int
    package let format: ImageFormat
    /// In pixels, after EXIF orientation.
    package let width: Int
    package let height: Int
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    /// The strong entity tag with its quotes (RFC 9110, 8.8.3).
    package var etag: String { "\"\(sha256)\"" }

    private enum CodingKeys: String, CodingKey {
        case name, label, role, sha256, bytes, format, width, height
        case hiddenLabel = "hidden_label"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }
}
