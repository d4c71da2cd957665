import Foundation
import GRDB
import TestSupport
import Testing

@testable import DatasetStore

@Suite("A catalogue that fails")
struct CatalogFaultSpecs {
    private func write(_ catalog: Catalog, _ bytes: Int = 10) async throws {
        try await catalog.write { try $0.execute(sql: "INSERT INTO filler VALUES (zeroblob(?))", arguments: [bytes]) }
    }

    private func with(_ body: (Catalog, URL) async throws -> Void) async throws {
        try await TestSupport.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("catalog.sqlite")
            let catalog = try Catalog(file: file, patience: 0.05)
            try await catalog.write { try $0.execute(sql: "CREATE TABLE filler (content BLOB)") }
            try await body(catalog, file)
            try catalog.pool.close()
        }
    }

    @Test("full: says so, and goes on when there is space")
    func full() async throws {
        try await with { catalog, _ in
            try await catalog.pool.writeWithoutTransaction { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                try database.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            await #expect(throws: DatasetStoreError.diskFull) { try await write(catalog, 100_000) }
            try await catalog.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            try await write(catalog, 100_000)
        }
    }

    @Test("held by another process: busy, and readable all the same")
    func busy() async throws {
        try await with { catalog, file in
            var open = Configuration()
            open.allowsUnsafeTransactions = true  // it is left open on purpose
            let other = try DatabaseQueue(path: file.path, configuration: open)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await #expect(throws: DatasetStoreError.catalogBusy) { try await write(catalog) }
            #expect(try await catalog.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM filler") } == 0)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other.close()
            try await write(catalog)
        }
    }

    @Test("not to be written: says so")
    func readOnly() async throws {
        try await with { catalog, _ in
            try await catalog.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
            await #expect(throws: DatasetStoreError.catalogReadOnly) { try await write(catalog) }
        }
    }

    @Test("damaged: told in SQLite's words")
    func damaged() async throws {
        for code in [ResultCode.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR] {
            guard case .catalogUnreadable = DatasetStoreError(DatabaseError(resultCode: code)) else {
                Issue.record("\(code)")
                continue
            }
        }
        // Given a table whose pages were overwritten behind SQLite's back
        try await TestSupport.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("catalog.sqlite")
            var catalog: Catalog? = try Catalog(file: file)
            try await catalog?.write { database in
                try database.execute(sql: "CREATE TABLE filler (content BLOB)")
                for _ in 0..<50 { try database.execute(sql: "INSERT INTO filler VALUES (zeroblob(3000))") }
            }
            try catalog?.pool.close()
            catalog = nil
            let handle = try FileHandle(forWritingTo: file)
            let size = try handle.seekToEnd()
            try handle.seek(toOffset: size / 2)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(size / 2)))
            try handle.close()
            let broken = try Catalog(file: file)
            await #expect {
                _ = try await broken.read { try Data.fetchAll($0, sql: "SELECT content FROM filler") }
            } throws: { error in
                if case .catalogUnreadable = error as? DatasetStoreError { true } else { false }
            }
            try broken.pool.close()
        }
    }
}
