import Base
import Foundation
import GRDB

/// `jobs.sqlite`: which jobs there are and where they stand. The only owner of the table `job`.
///
/// WAL, so that readers never wait for a writer; `synchronous = FULL`, so that a state that was shown survives a power cut.
struct JobDatabase: Sendable {
    let pool: DatabasePool

    /// - Throws: `DatabaseError` if the file is no database, ``JobsError/storage(_:)`` if a newer release has written it.
    /// - Parameter patience: seconds to wait for another process that holds the file.
    init(_ file: URL, patience: Double) throws {
        var configuration = Configuration()
        configuration.label = "jobs"
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        pool = try DatabasePool(path: file.path, configuration: configuration)
        guard try !pool.read(Self.migrations.hasBeenSuperseded) else {
            throw JobsError.storage("\(file.path) was written by a newer release")
        }
        try Self.migrations.migrate(pool)
    }

    private static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs") { database in
            try database.execute(
                sql: """
                    CREATE TABLE job (
                      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, dataset TEXT NOT NULL, priority INTEGER NOT NULL,
                      specification TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, stopping TEXT, finishing INTEGER NOT NULL,
                      crashes INTEGER NOT NULL, fraction_at_crash REAL NOT NULL, failure TEXT, result TEXT, created_at INTEGER NOT NULL, started_at INTEGER,
                      finished_at INTEGER, ran_ms INTEGER NOT NULL, progress TEXT, metrics TEXT, bad_event_lines INTEGER NOT NULL, version INTEGER NOT NULL,
                      unannounced TEXT
                    ) STRICT;
                    CREATE INDEX job_waiting ON job (state, priority DESC, sequence);
                    CREATE INDEX job_unannounced ON job (sequence) WHERE unannounced IS NOT NULL;
                    """)
        }
        migrator.registerMigration("2 studies") { database in
            try database.execute(
                sql: """
                    ALTER TABLE job ADD COLUMN study TEXT;
                    CREATE INDEX job_study ON job (study, sequence) WHERE study IS NOT NULL;
                    """)
        }
        return migrator
    }

    static func fetch(_ id: ULID, _ database: Database) throws -> JobRecord {
        guard let record = try JobRecord.fetchOne(database, sql: "SELECT * FROM job WHERE id = ?", arguments: [id.description]) else {
            throw JobsError.noSuchJob(id)
        }
        return record
    }

    /// The identifiers of waiting jobs, the next to start first.
    static func waiting(_ database: Database) throws -> [ULID] {
        try String.fetchAll(
            database, sql: "SELECT id FROM job WHERE state = 'queued' AND type <> 'study' ORDER BY priority DESC, sequence"
        ).compactMap(ULID.init)
    }

    /// The identifiers of jobs that a worker can begin, the next to start first: waiting ones, and studies whose trainings have all ended. Of these one can be `running`
    /// already: it is so from its first training on.
    static func ready(_ database: Database) throws -> [ULID] {
        try String.fetchAll(
            database,
            sql: """
                SELECT id FROM job WHERE state IN ('queued', 'running') AND (
                  type <> 'study' AND state = 'queued'
                  OR type = 'study' AND finishing = 0 AND stopping IS NULL AND NOT EXISTS (
                    SELECT 1 FROM job AS training WHERE training.study = job.id AND training.state NOT IN ('succeeded', 'failed', 'cancelled')
                  )
                ) ORDER BY priority DESC, sequence
                """
        ).compactMap(ULID.init)
    }

    /// The trainings of a study in the order of their submission.
    static func trainings(of study: ULID, _ database: Database) throws -> [JobRecord] {
        try JobRecord.fetchAll(database, sql: "SELECT * FROM job WHERE study = ? ORDER BY sequence", arguments: [study.description])
    }

    /// How many jobs wait or run.
    static func active(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running', 'interrupted')") ?? 0
    }

    /// One page, newest first, beginning below `before`.
    static func page(_ filter: JobFilter, before: Int64?, count: Int, _ database: Database) throws -> [JobRecord] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        require("state = ?", filter.state?.rawValue)
        require("type = ?", filter.type?.rawValue)
        require("dataset = ?", filter.dataset?.description)
        require("study = ?", filter.study?.description)
        require("sequence < ?", before)
        let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments += [count]
        return try JobRecord.fetchAll(database, sql: "SELECT * FROM job \(clause) ORDER BY sequence DESC LIMIT ?", arguments: arguments)
    }
}
