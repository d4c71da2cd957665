import Base
import Images

/// A picture that an import took from an archive: a line of `result/images.jsonl`. Its bytes are in `result/blobs/`, or already in the data directory's.
struct ImportedImage: Sendable, Codable, Equatable {
    let image: ResourceName
    let path: String
    let label: String?
    let hiddenLabel: String?
    let role: ImageRole
    let sha256: SHA256Digest
    let bytes: Int
    let format: ImageFormat
    let width: Int
    let height: Int
    let differenceHash: UInt64

    init(image: ResourceName, path: String, place: ArchiveLayout.Place, facts: PictureFacts) {
        self.image = image
        self.path = path
        label = place.label
        hiddenLabel = place.hiddenLabel
        role = place.role
        sha256 = facts.sha256
        bytes = facts.bytes
        format = facts.format
        width = facts.width
        height = facts.height
        differenceHash = facts.differenceHash.bits
    }

    var facts: PictureFacts {
        PictureFacts(
            sha256: sha256, bytes: bytes, format: format, width: width, height: height, differenceHash: DifferenceHash(bits: differenceHash)
        )
    }

    private enum CodingKeys: String, CodingKey {
        case image, path, label, role, sha256, bytes, format, width, height
        case hiddenLabel = "hidden_label"
        case differenceHash = "difference_hash"
    }
}
