import Base
import Foundation
import GRDB
import Images

extension DatasetStore {
    /// What can be refused before a picture's bytes are read.
    /// - Throws: `noSuchDataset`, `invalidLabel`, `unknownLabel`.
    package func checkUpload(dataset: ResourceName, label: String?, hiddenLabel: String? = nil) async throws {
        try await catalog.read { db in
            let row = try DatasetRow.find(dataset, db)
            if let label { _ = try row.checked(label: label) }
            if let hiddenLabel { _ = try ClassLabel.checked(hiddenLabel) }
        }
    }

    /// Stores a picture under a name. The staged file (in `incoming/`, same file system) is gone afterwards, whatever happens.
    ///
    /// - Parameters:
    ///   - label: nil: not said; a new picture is then unlabelled, an old one keeps what it has.
    ///   - hiddenLabel: the class that only the evaluator knows, any valid name; nil: not said.
    ///   - role: nil: not said; a new picture is then for training, an old one keeps what it has.
    ///   - ifMatch: the If-Match field; must name the SHA-256 of what stands there to replace it.
    /// - Throws: `noSuchDataset`, `invalidLabel`, `unknownLabel`, `notAPicture`, `imageExists` (409), `preconditionFailed` (412), `diskFull`, `SystemError`.
    ///   Nothing is left behind then.
    package func put(
        dataset: ResourceName, image: ResourceName, stagedFile: URL, label: String? = nil, hiddenLabel: String? = nil,
        role: ImageRole? = nil, ifMatch: String? = nil
    ) async throws -> PutOutcome {
        do {
            try await checkUpload(dataset: dataset, label: label, hiddenLabel: hiddenLabel)
            let facts = try await decoding.run { [limits] in try Self.inspect(stagedFile, limits: limits) }
            pins.pin(CollectionOfOne(facts.sha256))
            do {
                let outcome = try await store(
                    facts, stagedFile: stagedFile, dataset: dataset, image: image, label: label, hiddenLabel: hiddenLabel, role: role,
                    ifMatch: ifMatch)
                pins.unpin(CollectionOfOne(facts.sha256))
                if let old = outcome.replaced { try await collect([old]) }
                return outcome.outcome
            } catch {
                pins.unpin(CollectionOfOne(facts.sha256))
                try await collect([facts.sha256])
                throw error
            }
        } catch {
            unlink(stagedFile.path)
            throw error
        }
    }

    /// Pictures of a dataset by name.
    package func images(dataset: ResourceName, filter: ImageFilter = ImageFilter(), page: PageRequest) async throws -> Page<StoredImage> {
        let after = try page.token.map { text throws(DatasetStoreError) in try PageToken(text, kind: "images").key } ?? ""
        return try await catalog.read { db in
            let row = try DatasetRow.find(dataset, db)
            var conditions = ["image.dataset_id = ?", "image.name > ?"]
            var arguments: StatementArguments = [row.id, after]
            if let label = filter.label {
                conditions.append("image.label = ?")
                arguments += [label.precomposedStringWithCanonicalMapping]
            }
            if let role = filter.role {
                conditions.append("image.role = ?")
                arguments += [role.rawValue]
            }
            if let state = filter.state { conditions.append(state == .labelled ? "image.label IS NOT NULL" : "image.label IS NULL") }
            let sql = "\(ImageRow.select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY image.name LIMIT ?"
            let rows = try Row.fetchAll(db, sql: sql, arguments: arguments + [page.size + 1])
            let items = try rows.prefix(page.size).map { try ImageRow($0).image }
            return Page(items: items, more: rows.count > page.size, kind: "images") { $0.name.description }
        }
    }

    /// - Throws: `noSuchDataset`, `noSuchImage`.
    package func image(dataset: ResourceName, image: ResourceName) async throws -> StoredImage {
        try await catalog.read { db in try ImageRow.require(image, in: DatasetRow.find(dataset, db), db).image }
    }

    /// Where the picture's bytes are; the file's content never changes, but it goes when nothing names it any more.
    package func blobURL(_ image: StoredImage) -> URL { blobs.url(image.sha256) }

    /// A JPEG whose longer side has at most `size` pixels, rounded up to the next of ``ThumbnailCache/sizes``; never larger than the picture.
    /// - Throws: `outOfRange`, `noSuchDataset`, `noSuchImage`, `notAPicture` where the stored bytes are damaged.
    package func thumbnail(dataset: ResourceName, image: ResourceName, size: Int) async throws -> [UInt8] {
        let side = try ThumbnailCache.side(for: size)
        let picture = try await self.image(dataset: dataset, image: image)
        return try await decoding.run { [thumbnails, blobs, limits] in
            try thumbnails.jpeg(of: picture.sha256, side: side, blob: blobs.url(picture.sha256), limits: limits)
        }
    }

    /// Changes a picture's label, hidden label or role.
    /// - Throws: `noSuchDataset`, `noSuchImage`, `invalidLabel`, `unknownLabel`.
    package func update(
        dataset: ResourceName, image: ResourceName, label: LabelChange = .keep, hiddenLabel: LabelChange = .keep, role: ImageRole? = nil
    ) async throws -> StoredImage {
        try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let old = try ImageRow.require(image, in: row, db)
            let newLabel = try label.applied(to: old.image.label) { text throws(DatasetStoreError) in try row.checked(label: text) }
            let hidden = try hiddenLabel.applied(to: old.image.hiddenLabel, checked: ClassLabel.checked)
            try Self.set(label: newLabel, hiddenLabel: hidden, role: role ?? old.image.role, of: old, in: row, db)
            return try ImageRow.require(image, in: row, db).image
        }
    }

    /// Takes a picture out of a dataset. Its bytes stay while a revision or another picture names them.
    /// - Throws: `noSuchDataset`, `noSuchImage`.
    package func delete(dataset: ResourceName, image: ResourceName) async throws {
        let orphan = try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let old = try ImageRow.require(image, in: row, db)
            try db.execute(sql: "DELETE FROM image WHERE id = ?", arguments: [old.id])
            try row.touch(db, at: .now())
            return old.image.sha256
        }
        try await collect([orphan])
    }

    private static func inspect(_ file: URL, limits: ImageLimits) throws -> PictureFacts {
        let size = Folders.size(ofFile: file) ?? 0
        guard size <= limits.maximumBytes else {
            throw DatasetStoreError.notAPicture(.tooManyBytes(got: size, limit: limits.maximumBytes))
        }
        let data = try Data(contentsOf: file)
        do { return try PictureFacts(inspecting: data, limits: limits) } catch { throw DatasetStoreError.notAPicture(error) }
    }

    /// Adopts the file and commits its row; `facts.sha256` is pinned by the caller.
    private func store(
        _ facts: PictureFacts, stagedFile: URL, dataset: ResourceName, image: ResourceName, label: String?, hiddenLabel: String?,
        role: ImageRole?, ifMatch: String?
    ) async throws -> (outcome: PutOutcome, replaced: SHA256Digest?) {
        let condition = ifMatch.map(IfMatch.init)
        try await catalog.read { db in
            let old = try ImageRow.find(image, in: DatasetRow.find(dataset, db), db)?.image
            try Self.check(condition, ifMatch, image: image, old: old?.sha256, new: facts.sha256)
        }
        try await files.run { [blobs] in try blobs.adopt(stagedFile: stagedFile, as: facts.sha256) }
        return try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let checked = try label.map { try row.checked(label: $0) }
            let hidden = try hiddenLabel.map { text throws(DatasetStoreError) in try ClassLabel.checked(text) }
            let old = try ImageRow.find(image, in: row, db)
            // Again, now that nobody can come between.
            try Self.check(condition, ifMatch, image: image, old: old?.image.sha256, new: facts.sha256)
            try Self.insert(facts, db)
            guard let old else {
                try Self.insert(image, sha256: facts.sha256, label: checked, hiddenLabel: hidden, role: role ?? .train, in: row, db)
                return (.created(try ImageRow.require(image, in: row, db).image), nil)
            }
            let isSame = old.image.sha256 == facts.sha256
            if !isSame {
                try db.execute(sql: "UPDATE image SET sha256 = ? WHERE id = ?", arguments: [facts.sha256.description, old.id])
            }
            let new = (label: checked ?? old.image.label, hidden: hidden ?? old.image.hiddenLabel, role: role ?? old.image.role)
            if !isSame || new != (old.image.label, old.image.hiddenLabel, old.image.role) {
                try Self.set(label: new.label, hiddenLabel: new.hidden, role: new.role, of: old, in: row, db)
            }
            let stored = try ImageRow.require(image, in: row, db).image
            return isSame ? (.same(stored), nil) : (.replaced(stored), old.image.sha256)
        }
    }

    private static func check(_ condition: IfMatch?, _ field: String?, image: ResourceName, old: SHA256Digest?, new: SHA256Digest) throws {
        guard let old else {
            guard let field else { return }
            throw DatasetStoreError.preconditionFailed(image: image.description, got: field, current: nil)
        }
        if old == new { return }  // RFC 9110, 13.1.1: the state that is asked for stands already
        guard let condition else { throw DatasetStoreError.imageExists(image: image.description, etag: old.description) }
        guard condition.matches(old) else {
            throw DatasetStoreError.preconditionFailed(image: image.description, got: field ?? "", current: old.description)
        }
    }

    static func insert(_ facts: PictureFacts, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO blob (sha256, bytes, format, width, height, difference_hash) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (sha256) DO NOTHING
                """,
            arguments: [
                facts.sha256.description, facts.bytes, facts.format.rawValue, facts.width, facts.height,
                Int64(bitPattern: facts.differenceHash.bits),
            ])
    }

    static func insert(
        _ image: ResourceName, sha256: SHA256Digest, label: String?, hiddenLabel: String?, role: ImageRole, in row: DatasetRow,
        _ db: Database
    ) throws {
        let now = Timestamp.now()
        try db.execute(
            sql: """
                INSERT INTO image (dataset_id, name, sha256, label, hidden_label, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.id, image.description, sha256.description, label, hiddenLabel, role.rawValue, now.milliseconds, now.milliseconds,
            ])
        try row.touch(db, at: now)
    }

    private static func set(label: String?, hiddenLabel: String?, role: ImageRole, of image: ImageRow, in row: DatasetRow, _ db: Database)
        throws
    {
        let now = Timestamp.now()
        try db.execute(
            sql: "UPDATE image SET label = ?, hidden_label = ?, role = ?, updated_at = ? WHERE id = ?",
            arguments: [label, hiddenLabel, role.rawValue, now.milliseconds, image.id])
        try row.touch(db, at: now)
    }
}
