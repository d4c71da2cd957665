import Base
import GRDB

extension DatasetStore {
    static let descriptionLimit = 4096

    /// Makes an empty dataset.
    /// - Parameter classes: the only labels it will take, in the order of a model's outputs; nil: it learns them from labels and archives.
    /// - Throws: ``DatasetStoreError/datasetExists(_:)``, `invalidClasses`, `invalidLabel`, `descriptionTooLong`.
    package func create(_ name: ResourceName, classes: [String]?, description: String = "") async throws -> Dataset {
        let classes = try classes.map { list throws(DatasetStoreError) in try ClassLabel.checked(list: list) }
        try Self.check(description: description)
        let now = Timestamp.now().milliseconds
        return try await catalog.write { db in
            let exists = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM dataset WHERE name = ?)", arguments: [name.description])
            guard exists != true else { throw DatasetStoreError.datasetExists(name.description) }
            try db.execute(
                sql: "INSERT INTO dataset (name, description, classes, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [name.description, description, try classes.map(JSONColumn.text), now, now])
            return try DatasetRow.find(name, db).dataset(db)
        }
    }

    /// Datasets by name.
    package func list(_ page: PageRequest) async throws -> Page<Dataset> {
        let after = try page.token.map { text throws(DatasetStoreError) in try PageToken(text, kind: "datasets").key } ?? ""
        return try await catalog.read { db in
            let sql = "SELECT * FROM dataset WHERE name > ? ORDER BY name LIMIT ?"
            let rows = try Row.fetchAll(db, sql: sql, arguments: [after, page.size + 1]).map(DatasetRow.init)
            let items = try rows.prefix(page.size).map { try $0.dataset(db) }
            return Page(items: items, more: rows.count > page.size, kind: "datasets") { $0.name.description }
        }
    }

    /// - Throws: ``DatasetStoreError/noSuchDataset(_:)``
    package func dataset(_ name: ResourceName) async throws -> Dataset {
        try await catalog.read { db in try DatasetRow.find(name, db).dataset(db) }
    }

    /// Changes what is given, keeps what is nil.
    /// - Throws: `noSuchDataset`; ``DatasetStoreError/classInUse(label:images:)`` where the new list leaves out a label in use; as `create`.
    package func update(_ name: ResourceName, classes: [String]? = nil, description: String? = nil) async throws -> Dataset {
        let classes = try classes.map { list throws(DatasetStoreError) in try ClassLabel.checked(list: list) }
        if let description { try Self.check(description: description) }
        return try await catalog.write { db in
            let row = try DatasetRow.find(name, db)
            if let classes {
                let sql = "SELECT label, COUNT(*) AS n FROM image WHERE dataset_id = ? AND label IS NOT NULL GROUP BY label"
                for used in try Row.fetchAll(db, sql: sql, arguments: [row.id]) where !classes.contains(used["label"]) {
                    throw DatasetStoreError.classInUse(label: used["label"], images: used["n"])
                }
                try db.execute(sql: "UPDATE dataset SET classes = ? WHERE id = ?", arguments: [try JSONColumn.text(classes), row.id])
            }
            if let description { try db.execute(sql: "UPDATE dataset SET description = ? WHERE id = ?", arguments: [description, row.id]) }
            try row.touch(db, at: .now())
            return try DatasetRow.find(name, db).dataset(db)
        }
    }

    /// Deletes a dataset with its pictures and revisions. Bytes that another dataset names stay.
    /// - Throws: ``DatasetStoreError/noSuchDataset(_:)``
    package func delete(_ name: ResourceName) async throws {
        let orphans = try await catalog.write { db in
            let row = try DatasetRow.find(name, db)
            let sql = """
                SELECT sha256 FROM image WHERE dataset_id = ?1
                UNION SELECT sha256 FROM revision_image WHERE revision_id IN (SELECT id FROM revision WHERE dataset_id = ?1)
                """
            let digests = try String.fetchAll(db, sql: sql, arguments: [row.id]).map { try ImageRow.digest($0) }
            try db.execute(sql: "DELETE FROM dataset WHERE id = ?", arguments: [row.id])
            return digests
        }
        try await collect(orphans)
    }

    private static func check(description: String) throws(DatasetStoreError) {
        let length = description.utf8.count
        guard length <= descriptionLimit else { throw .descriptionTooLong(got: length, limit: descriptionLimit) }
    }
}

extension Page {
    /// A page of items whose list goes on after the last one's key.
    init(items: some Sequence<Item>, more: Bool, kind: String, key: (Item) -> String) {
        let items = Array(items)
        self.init(items: items, nextPageToken: more ? items.last.map { PageToken(kind: kind, key: key($0)).text } : nil)
    }
}
