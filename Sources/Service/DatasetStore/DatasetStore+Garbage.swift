import Base
import GRDB

extension DatasetStore {
    /// Removes every blob that nothing names: what a crash between blob and row, or between row and removal, left behind. Safe beside uploads; run it after start.
    /// - Returns: how many blobs were removed.
    @discardableResult
    package func collectGarbage() async throws -> Int {
        let unnamed = try await catalog.read { db in
            let sql = """
                SELECT sha256 FROM blob
                WHERE NOT EXISTS (SELECT 1 FROM image WHERE image.sha256 = blob.sha256)
                  AND NOT EXISTS (SELECT 1 FROM revision_image WHERE revision_image.sha256 = blob.sha256)
                """
            return try String.fetchAll(db, sql: sql).map { try ImageRow.digest($0) }
        }
        let onDisk = try await files.run { [blobs] in try blobs.all() }
        let known = try await catalog.read { db in try String.fetchSet(db, sql: "SELECT sha256 FROM blob") }
        return try await collect(unnamed + onDisk.filter { !known.contains($0.description) })
    }

    /// Removes those of `candidates` that no picture, revision or upload names, with their thumbnails.
    ///
    /// A file is removed inside the write transaction that finds it unnamed: a crash before the commit leaves a row whose file is missing and which nothing names;
    /// the next upload of the same bytes brings the file back before it uses the row.
    @discardableResult
    func collect(_ candidates: [SHA256Digest]) async throws -> Int {
        var removed = 0
        for start in stride(from: 0, to: candidates.count, by: 500) {
            let part = candidates[start..<min(start + 500, candidates.count)]
            removed += try await catalog.write { [pins, blobs, thumbnails] db in
                var removed = 0
                let isNamed = try db.makeStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM image WHERE sha256 = ?1) OR EXISTS (SELECT 1 FROM revision_image WHERE sha256 = ?1)")
                for digest in part where try Bool.fetchOne(isNamed, arguments: [digest.description]) != true {
                    try pins.unlessPinned(digest) {
                        try db.execute(sql: "DELETE FROM blob WHERE sha256 = ?", arguments: [digest.description])
                        try blobs.remove(digest)
                        thumbnails.remove(digest)
                        removed += 1
                    }
                }
                return removed
            }
        }
        return removed
    }
}
