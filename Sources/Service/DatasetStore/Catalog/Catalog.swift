import Base
import Foundation
import GRDB

/// The database connections: one writer, several readers, and the errors that a full disk makes.
struct Catalog: Sendable {
    let pool: DatabasePool

    /// - Parameter patience: seconds to wait for another process that holds the file.
    init(file: URL, patience: Double = 10) throws {
        var configuration = Configuration()
        configuration.label = "catalog"
        configuration.busyMode = .timeout(patience)
        pool = try DatabasePool(path: file.path, configuration: configuration)
        // GRDB sets NORMAL when it turns WAL on; then a power cut may lose committed uploads. FULL fsyncs the log at every commit.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try CatalogSchema.migrator.migrate(pool)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await pool.read(body) } catch let error as DatabaseError { throw DatasetStoreError(error) }
    }

    /// One transaction: all of it or nothing.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await pool.write(body) } catch let error as DatabaseError { throw DatasetStoreError(error) }
    }
}

extension DatasetStoreError {
    /// What a failure of SQLite means for a caller. Source: sqlite.org/rescode.html.
    init(_ error: DatabaseError) {
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_BUSY, .SQLITE_LOCKED: .catalogBusy
            case .SQLITE_READONLY, .SQLITE_PERM: .catalogReadOnly
            default: .catalogUnreadable("\(error)")
            }
    }
}

/// Text columns that hold JSON.
enum JSONColumn {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw DatasetStoreError.damagedFile(path: "catalog.sqlite", detail: "\(error)")
        }
    }
}
