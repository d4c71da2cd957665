import Base
import GRDB

/// How far a study is, from its trainings: a pure value.
struct StudyStanding: Sendable, Equatable {
    /// What of a training tells how far it is.
    struct Training: Sendable {
        let id: ULID
        let state: JobState
        let attempt: Int
        let version: Int64
        let startedAt: Timestamp?
        let finishedAt: Timestamp?
        /// The last stored one; a running worker may be further.
        let fraction: Double?
    }

    let progress: JobProgress
    /// Changes with everything that can be seen in the trainings.
    let version: String

    /// Less of a training than this says nothing of how long it takes.
    private static let tellingFraction = 0.02

    /// - Parameters:
    ///   - trainings: all of the study.
    ///   - live: running workers.
    ///   - slots: workers at the same time.
    init(_ trainings: [Training], live: [ULID: LiveJob], slots: Int, now: Timestamp) {
        var counts: [String: Int] = [:]
        var fractions: [Double] = []
        // Seconds of whole trainings: those that succeeded, and those that have come so far that they can be guessed.
        var durations: [Double] = []
        var version: Int64 = 0
        var position = 0
        for training in trainings {
            let state = training.state
            counts[state.rawValue, default: 0] += 1
            version += training.version
            let seen = state == .running ? live[training.id]?.seen : nil
            position += seen?.position ?? 0
            let fraction = state.isTerminal ? 1 : seen?.progress?.fraction ?? training.fraction ?? 0
            fractions.append(fraction)
            guard let start = training.startedAt?.seconds else { continue }
            if state == .succeeded, let end = training.finishedAt?.seconds {
                durations.append(max(0, end - start))
            } else if state == .running, training.attempt == 1, fraction > Self.tellingFraction {
                durations.append(max(0, now.seconds - start) / fraction)
            }
        }
        let total = Double(max(1, trainings.count))
        var progress = JobProgress(fraction: fractions.reduce(0, +) / total, phase: "trainings")
        progress.trainings = counts
        if !durations.isEmpty {
            let left = fractions.reduce(0) { $0 + 1 - $1 } * durations.reduce(0, +) / Double(durations.count)
            let open = fractions.count { $0 < 1 }
            progress.etaSeconds = left / Double(max(1, min(slots, open)))
        }
        self.progress = progress
        self.version = "\(version).\(position)"
    }
}

extension StudyStanding {
    /// The trainings of a study, without what takes time to read: a list of jobs asks for this again and again.
    static func trainings(of study: ULID, _ database: Database) throws -> [Training] {
        let sql = """
            SELECT id, state, attempt, version, started_at, finished_at, json_extract(progress, '$.fraction') AS fraction
            FROM job WHERE study = ? ORDER BY sequence
            """
        return try Row.fetchAll(database, sql: sql, arguments: [study.description]).map { row in
            guard let id = ULID(row["id"] as String), let state = JobState(rawValue: row["state"] as String) else {
                throw JobsError.storage("the row of a job cannot be read: \(row)")
            }
            func time(_ column: String) -> Timestamp? { (row[column] as Int64?).map(Timestamp.init(milliseconds:)) }
            return Training(
                id: id, state: state, attempt: row["attempt"], version: row["version"], startedAt: time("started_at"),
                finishedAt: time("finished_at"), fraction: row["fraction"])
        }
    }
}

extension JobRecord {
    /// Whether it is a study that has not ended.
    var isOpenStudy: Bool { specification.type == .study && !lifecycle.state.isTerminal }
}
