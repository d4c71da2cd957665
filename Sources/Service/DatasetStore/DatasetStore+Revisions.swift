import Base
import Foundation
import GRDB

extension DatasetStore {
    /// Freezes a dataset as it stands now. If nothing changed since its latest revision, that one is returned.
    ///
    /// Three steps, so that uploads go on meanwhile: the pictures' names, labels and roles are copied in one transaction; the copy is looked at (files, duplicates,
    /// counts) outside; a second transaction gives it its number. A crash between leaves a revision without a number, which the next start deletes.
    /// - Throws: `noSuchDataset`, ``DatasetStoreError/nothingToRevise(dataset:)``, `diskFull`.
    package func createRevision(dataset: ResourceName) async throws -> Revision {
        let id = try await copyPictures(of: dataset)
        do {
            let draft = try await draft(id)
            let audited = try await files.run { [blobs] in try draft.audited(blobs: blobs) }
            return try await finish(audited, id: id, dataset: dataset)
        } catch {
            try await catalog.write { try $0.execute(sql: "DELETE FROM revision WHERE id = ? AND number IS NULL", arguments: [id]) }
            throw error
        }
    }

    /// Revisions of a dataset, the latest first.
    package func revisions(dataset: ResourceName, page: PageRequest) async throws -> Page<Revision> {
        var before = Int.max
        if let text = page.token {
            guard let number = Int(try PageToken(text, kind: "revisions").key) else { throw DatasetStoreError.invalidPageToken(text) }
            before = number
        }
        return try await catalog.read { [before] db in
            let row = try DatasetRow.find(dataset, db)
            let sql = "SELECT * FROM revision WHERE dataset_id = ? AND number < ? ORDER BY number DESC LIMIT ?"
            let rows = try Row.fetchAll(db, sql: sql, arguments: [row.id, before, page.size + 1])
            let items = try rows.prefix(page.size).map { try Self.revision($0, of: dataset) }
            return Page(items: items, more: rows.count > page.size, kind: "revisions") { "\($0.number)" }
        }
    }

    /// - Throws: `noSuchDataset`, `noSuchRevision`.
    package func revision(dataset: ResourceName, number: Int) async throws -> Revision {
        try await catalog.read { db in try Self.revision(Self.requireRevision(number, of: dataset, db), of: dataset) }
    }

    /// The pictures of a revision, by name.
    /// - Throws: `noSuchDataset`, `noSuchRevision`.
    package func entries(dataset: ResourceName, revision number: Int) async throws -> [RevisionEntry] {
        try await catalog.read { db in
            let row = try Self.requireRevision(number, of: dataset, db)
            return try Self.pictures(ofRevision: row["id"], db).map(\.entry)
        }
    }

    /// Writes `revision.jsonl` for a worker, atomically.
    /// - Throws: `noSuchDataset`, `noSuchRevision`, `SystemError`.
    package func writeManifest(dataset: ResourceName, revision number: Int, to url: URL) async throws {
        let classes = try await revision(dataset: dataset, number: number).classes
        let entries = try await entries(dataset: dataset, revision: number)
        try await files.run { try RevisionManifest.write(entries, classes: classes, to: url) }
    }

    /// Writes the ``Revision`` itself, with its findings, as JSON, atomically.
    /// - Throws: `noSuchDataset`, `noSuchRevision`, `SystemError`.
    package func writeFacts(dataset: ResourceName, revision number: Int, to url: URL) async throws {
        let revision = try await revision(dataset: dataset, number: number)
        try await files.run { try AtomicFile.write(JSONEncoder().encode(revision), to: url) }
    }

    private func copyPictures(of dataset: ResourceName) async throws -> Int64 {
        try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let classes = try JSONColumn.text(row.classes(db))
            try db.execute(
                sql: "INSERT INTO revision (dataset_id, classes, created_at) VALUES (?, ?, ?)",
                arguments: [row.id, classes, Timestamp.now().milliseconds])
            let id = db.lastInsertedRowID
            try db.execute(
                sql: """
                    INSERT INTO revision_image (revision_id, name, sha256, label, hidden_label, role)
                    SELECT ?, name, sha256, label, hidden_label, role FROM image WHERE dataset_id = ? ORDER BY name
                    """, arguments: [id, row.id])
            guard db.changesCount > 0 else { throw DatasetStoreError.nothingToRevise(dataset: dataset.description) }
            return id
        }
    }

    private func draft(_ id: Int64) async throws -> RevisionDraft {
        try await catalog.read { db in
            guard let classes = try String.fetchOne(db, sql: "SELECT classes FROM revision WHERE id = ?", arguments: [id]) else {
                return RevisionDraft(classes: [], pictures: [])
            }
            return RevisionDraft(
                classes: try JSONColumn.value(classes, as: [String].self), pictures: try Self.pictures(ofRevision: id, db))
        }
    }

    private func finish(_ audited: RevisionDraft.Audited, id: Int64, dataset: ResourceName) async throws -> Revision {
        try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let latest = try Row.fetchOne(
                db, sql: "SELECT * FROM revision WHERE dataset_id = ? AND number = ?", arguments: [row.id, row.lastRevision])
            if let latest, latest["digest"] == audited.digest.description {
                try db.execute(sql: "DELETE FROM revision WHERE id = ?", arguments: [id])
                return try Self.revision(latest, of: dataset)
            }
            for name in audited.corrupt {
                try db.execute(sql: "DELETE FROM revision_image WHERE revision_id = ? AND name = ?", arguments: [id, name])
            }
            let number = row.lastRevision + 1
            try db.execute(sql: "UPDATE dataset SET last_revision = ? WHERE id = ?", arguments: [number, row.id])
            try db.execute(
                sql: "UPDATE revision SET number = ?, digest = ?, counts = ?, findings = ? WHERE id = ?",
                arguments: [
                    number, audited.digest.description, try JSONColumn.text(audited.counts), try JSONColumn.text(audited.findings), id,
                ])
            return try Self.revision(Self.requireRevision(number, of: dataset, db), of: dataset)
        }
    }

    private static func requireRevision(_ number: Int, of dataset: ResourceName, _ db: Database) throws -> Row {
        let row = try DatasetRow.find(dataset, db)
        let sql = "SELECT * FROM revision WHERE dataset_id = ? AND number = ?"
        guard let revision = try Row.fetchOne(db, sql: sql, arguments: [row.id, number]) else {
            throw DatasetStoreError.noSuchRevision(dataset: dataset.description, revision: number)
        }
        return revision
    }

    private static func revision(_ row: Row, of dataset: ResourceName) throws -> Revision {
        Revision(
            dataset: dataset, number: row["number"], digest: try ImageRow.digest(row["digest"]),
            classes: try JSONColumn.value(row["classes"], as: [String].self),
            counts: try JSONColumn.value(row["counts"], as: ImageCounts.self),
            findings: try JSONColumn.value(row["findings"], as: [Finding].self), createdAt: Timestamp(milliseconds: row["created_at"]))
    }

    private static func pictures(ofRevision id: Int64, _ db: Database) throws -> [RevisionDraft.Picture] {
        let sql = """
            SELECT r.name, r.sha256, r.label, r.hidden_label, r.role, blob.bytes, blob.format, blob.width, blob.height, blob.difference_hash
            FROM revision_image r JOIN blob ON blob.sha256 = r.sha256 WHERE r.revision_id = ? ORDER BY r.name
            """
        var pictures: [RevisionDraft.Picture] = []
        let rows = try Row.fetchCursor(db, sql: sql, arguments: [id])
        while let row = try rows.next() {
            guard let name = ResourceName(row["name"]) else {
                throw DatasetStoreError.damagedFile(path: "catalog.sqlite", detail: "revision \(id)")
            }
            let entry = RevisionEntry(
                image: name, sha256: try ImageRow.digest(row["sha256"]), label: row["label"], hiddenLabel: row["hidden_label"],
                role: try ImageRow.role(row["role"]), width: row["width"], height: row["height"], format: try ImageRow.format(row["format"])
            )
            let bits: Int64 = row["difference_hash"]
            pictures.append(.init(entry: entry, bytes: row["bytes"], hash: DifferenceHash(bits: UInt64(bitPattern: bits))))
        }
        return pictures
    }
}
