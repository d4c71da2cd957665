import Base
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Jobs

@Suite("A queue whose database fails")
struct JobStorageSpecs {
    @Test("says that the disk is full, and goes on when there is space again")
    func full() async throws {
        // Given a database that may not grow by one page
        let shop = try Workshop("finish")
        try await shop.queue.database.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        // When jobs are submitted until one does not fit
        var failure: JobsError?
        for _ in 0..<200 where failure == nil {
            do { _ = try await shop.queue.submit(try Workshop.specification()) } catch { failure = error as? JobsError }
        }
        // Then it is told as such, its directory is gone, and the others are there
        #expect(failure == .storageFull)
        let rows = try await shop.queue.list(pageSize: 500).items.count
        let folders = try FileManager.default.contentsOfDirectory(atPath: shop.directory.appendingPathComponent("jobs").path).count
        #expect(rows == folders)
        // And with space it goes on
        try await shop.queue.database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        _ = try await shop.queue.submit(try Workshop.specification())
    }

    @Test("says that it is busy while another process holds the database")
    func busy() async throws {
        var settings = Workshop.quick
        settings.databasePatience = 0.05
        let shop = try Workshop("finish", settings: settings)
        var open = Configuration()
        open.allowsUnsafeTransactions = true  // it is left open on purpose
        let other = try DatabaseQueue(path: shop.directory.appendingPathComponent("jobs.sqlite").path, configuration: open)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: JobsError.storageBusy) { _ = try await shop.queue.submit(try Workshop.specification()) }
        // Reads go on meanwhile
        #expect(try await shop.queue.list().items.isEmpty)
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        _ = try await shop.queue.submit(try Workshop.specification())
        try other.close()
    }

    @Test("says that it may not write, and still reads")
    func readOnly() async throws {
        let shop = try Workshop("finish")
        let id = try await shop.queue.submit(try Workshop.specification()).id
        try await shop.queue.database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
        await #expect(throws: JobsError.storageReadOnly) { _ = try await shop.queue.submit(try Workshop.specification()) }
        #expect(try await shop.queue.get(id).state == .queued)
    }

    @Test("tells a damaged database and a failing disk in SQLite's words")
    func damaged() {
        for code in [ResultCode.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR] {
            guard case .storage(let words) = JobsError(DatabaseError(resultCode: code)) else {
                Issue.record("\(code)")
                continue
            }
            #expect(words.contains("\(code.rawValue)"))
        }
    }
}
