import Base
import Foundation
import GRDB

/// One row of `job` in `jobs.sqlite`.
struct JobRecord: Sendable {
    /// Order of submission; given by the database.
    var sequence: Int64?
    let id: ULID
    let specification: JobSpecification
    var lifecycle = JobLifecycle()
    let createdAt: Timestamp
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    /// Milliseconds that attempts which have ended ran, all together.
    var ranMilliseconds: Int64 = 0
    var progress: JobProgress?
    var metrics: [String: Double]?
    var badEventLines = 0
    /// Grows with every change of this row.
    var version: Int64 = 0
    /// States that are not yet written to `events.jsonl`: the row is the truth, the file its announcement.
    var unannounced: [JobState] = []

    init(id: ULID, specification: JobSpecification, createdAt: Timestamp) {
        self.id = id
        self.specification = specification
        self.createdAt = createdAt
        unannounced = [.queued]
    }
}

extension JobRecord: FetchableRecord {
    init(row: Row) throws {
        func read<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value? {
            guard let text = row[column] as String? else { return nil }
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        }
        func time(_ column: String) -> Timestamp? { (row[column] as Int64?).map(Timestamp.init(milliseconds:)) }
        guard let id = ULID(row["id"] as String), let state = JobState(rawValue: row["state"] as String),
            let specification = try read("specification", JobSpecification.self), let createdAt = time("created_at")
        else { throw JobsError.storage("the row of a job cannot be read: \(row)") }
        sequence = row["sequence"]
        self.id = id
        self.specification = specification
        self.createdAt = createdAt
        startedAt = time("started_at")
        finishedAt = time("finished_at")
        ranMilliseconds = row["ran_ms"]
        progress = try read("progress", JobProgress.self)
        metrics = try read("metrics", [String: Double].self)
        badEventLines = row["bad_event_lines"]
        version = row["version"]
        unannounced = try read("unannounced", [JobState].self) ?? []
        lifecycle.state = state
        lifecycle.attempt = row["attempt"]
        lifecycle.stopping = (row["stopping"] as String?).flatMap(StopReason.init(rawValue:))
        lifecycle.finishing = row["finishing"]
        lifecycle.crashes = row["crashes"]
        lifecycle.fractionAtCrash = row["fraction_at_crash"]
        lifecycle.failure = try read("failure", JobFailure.self)
        lifecycle.result = try read("result", JobResult.self)
    }
}

extension JobRecord: PersistableRecord {
    static let databaseTableName = "job"

    func encode(to container: inout PersistenceContainer) throws {
        func text(_ value: (some Encodable)?) throws -> String? {
            try value.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        }
        container["sequence"] = sequence
        container["id"] = id.description
        container["type"] = specification.type.rawValue
        container["dataset"] = specification.dataset?.description ?? ""  // of a study of several
        container["study"] = specification.study?.description
        container["priority"] = specification.priority
        container["specification"] = try text(specification)
        container["state"] = lifecycle.state.rawValue
        container["attempt"] = lifecycle.attempt
        container["stopping"] = lifecycle.stopping?.rawValue
        container["finishing"] = lifecycle.finishing
        container["crashes"] = lifecycle.crashes
        container["fraction_at_crash"] = lifecycle.fractionAtCrash
        container["failure"] = try text(lifecycle.failure)
        container["result"] = try text(lifecycle.result)
        container["created_at"] = createdAt.milliseconds
        container["started_at"] = startedAt?.milliseconds
        container["finished_at"] = finishedAt?.milliseconds
        container["ran_ms"] = ranMilliseconds
        container["progress"] = try text(progress)
        container["metrics"] = try text(metrics)
        container["bad_event_lines"] = badEventLines
        container["version"] = version
        container["unannounced"] = unannounced.isEmpty ? nil : try text(unannounced)
    }
}
