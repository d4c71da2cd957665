import Base
import GRDB
import Images

/// A row of `image` joined with its blob.
struct ImageRow: Sendable {
    static let select = """
        SELECT image.id, image.name, image.label, image.hidden_label, image.role, image.sha256, image.created_at, image.updated_at,
               blob.bytes, blob.format, blob.width, blob.height
        FROM image JOIN blob ON blob.sha256 = image.sha256
        """

    let id: Int64
    let image: StoredImage

    init(_ row: Row) throws {
        id = row["id"]
        guard let name = ResourceName(row["name"]) else {
            throw DatasetStoreError.damagedFile(path: "catalog.sqlite", detail: "image \(id)")
        }
        image = StoredImage(
            name: name, label: row["label"], hiddenLabel: row["hidden_label"], role: try Self.role(row["role"]),
            sha256: try Self.digest(row["sha256"]), bytes: row["bytes"], format: try Self.format(row["format"]), width: row["width"],
            height: row["height"],
            createdAt: Timestamp(milliseconds: row["created_at"]), updatedAt: Timestamp(milliseconds: row["updated_at"]))
    }

    static func find(_ name: ResourceName, in dataset: DatasetRow, _ db: Database) throws -> ImageRow? {
        let sql = "\(select) WHERE image.dataset_id = ? AND image.name = ?"
        return try Row.fetchOne(db, sql: sql, arguments: [dataset.id, name.description]).map(ImageRow.init)
    }

    static func require(_ name: ResourceName, in dataset: DatasetRow, _ db: Database) throws -> ImageRow {
        guard let row = try find(name, in: dataset, db) else {
            throw DatasetStoreError.noSuchImage(dataset: dataset.name.description, image: name.description)
        }
        return row
    }

    static func role(_ text: String) throws(DatasetStoreError) -> ImageRole {
        guard let role = ImageRole(rawValue: text) else { throw .damagedFile(path: "catalog.sqlite", detail: "role '\(text)'") }
        return role
    }

    static func digest(_ text: String) throws(DatasetStoreError) -> SHA256Digest {
        guard let digest = SHA256Digest(text) else { throw .damagedFile(path: "catalog.sqlite", detail: "digest '\(text)'") }
        return digest
    }

    static func format(_ text: String) throws(DatasetStoreError) -> ImageFormat {
        guard let format = ImageFormat(rawValue: text) else { throw .damagedFile(path: "catalog.sqlite", detail: "format '\(text)'") }
        return format
    }
}
