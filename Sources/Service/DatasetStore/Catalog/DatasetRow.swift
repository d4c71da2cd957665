import Base
import GRDB

/// A row of `dataset`, and what the calls on it need to know.
struct DatasetRow: Sendable {
    let id: Int64
    let name: ResourceName
    let description: String
    let declaredClasses: [String]?
    let lastRevision: Int
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ row: Row) throws {
        id = row["id"]
        guard let name = ResourceName(row["name"]) else {
            throw DatasetStoreError.damagedFile(path: "catalog.sqlite", detail: "dataset \(id)")
        }
        self.name = name
        description = row["description"]
        declaredClasses = try (row["classes"] as String?).map { try JSONColumn.value($0, as: [String].self) }
        lastRevision = row["last_revision"]
        createdAt = Timestamp(milliseconds: row["created_at"])
        updatedAt = Timestamp(milliseconds: row["updated_at"])
    }

    /// - Throws: ``DatasetStoreError/noSuchDataset(_:)``
    static func find(_ name: ResourceName, _ db: Database) throws -> DatasetRow {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM dataset WHERE name = ?", arguments: [name.description]) else {
            throw DatasetStoreError.noSuchDataset(name.description)
        }
        return try DatasetRow(row)
    }

    /// The declared classes, or the labels in use in byte order.
    func classes(_ db: Database) throws -> [String] {
        if let declaredClasses { return declaredClasses }
        let sql = "SELECT DISTINCT label FROM image WHERE dataset_id = ? AND label IS NOT NULL ORDER BY label"
        return try String.fetchAll(db, sql: sql, arguments: [id])
    }

    /// The label in its stored form.
    /// - Throws: ``DatasetStoreError/invalidLabel(got:)``, ``DatasetStoreError/unknownLabel(got:allowed:)``
    func checked(label text: String) throws(DatasetStoreError) -> String {
        let label = try ClassLabel.checked(text)
        if let declaredClasses, !declaredClasses.contains(label) { throw .unknownLabel(got: label, allowed: declaredClasses) }
        return label
    }

    /// The dataset as clients see it; counts every picture through the index.
    func dataset(_ db: Database) throws -> Dataset {
        let classes = try classes(db)
        var counts = ImageCounts(classes: classes)
        let sql = "SELECT role, label, COUNT(*) AS n FROM image WHERE dataset_id = ? GROUP BY role, label"
        for row in try Row.fetchAll(db, sql: sql, arguments: [id]) {
            counts.add(row["n"], label: row["label"], role: try ImageRow.role(row["role"]))
        }
        return Dataset(
            name: name, description: description, classes: classes, classesAreDeclared: declaredClasses != nil, counts: counts,
            createdAt: createdAt, updatedAt: updatedAt)
    }

    /// Notes that the dataset's pictures or labels changed now.
    func touch(_ db: Database, at now: Timestamp) throws {
        try db.execute(sql: "UPDATE dataset SET updated_at = ? WHERE id = ?", arguments: [now.milliseconds, id])
    }
}
