import Foundation
import GRDB

/// What a data directory holds: its files and the rows of its databases. Two are compared to see that a refused request left nothing behind.
struct Footprint: Equatable {
    /// Paths below the data directory, without what SQLite and the running server keep for themselves.
    let files: Set<String>
    /// `catalog.sqlite/images: 12` and so on.
    let rows: [String: Int]

    init(of data: URL) throws {
        let root = data.resolvingSymlinksInPath().path + "/"
        var files: Set<String> = []
        if let walk = FileManager.default.enumerator(at: data.resolvingSymlinksInPath(), includingPropertiesForKeys: [.isRegularFileKey]) {
            for case let url as URL in walk where try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                let name = String(url.path.dropFirst(root.count))
                if !name.contains(".sqlite") && !name.hasPrefix("cache/") { files.insert(name) }
            }
        }
        self.files = files
        var rows: [String: Int] = [:]
        for database in ["catalog.sqlite", "jobs.sqlite"] {
            let url = data.appendingPathComponent(database)
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: url.path, configuration: configuration)
            try queue.read { db in
                let tables = try String.fetchAll(
                    db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                for table in tables { rows["\(database)/\(table)"] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \"\(table)\"") ?? 0 }
            }
        }
        self.rows = rows
    }
}
