import Base
import Foundation
import GRDB

/// What can be asked. Nothing here changes anything.
extension JobQueue {
    /// - Throws: ``JobsError/noSuchJob(_:)``.
    package func get(_ id: ULID) async throws -> Job {
        let (record, waiting, trainings) = try await read { database in
            let record = try JobDatabase.fetch(id, database)
            return (
                record, record.lifecycle.state == .queued ? try JobDatabase.waiting(database) : [],
                record.isOpenStudy ? try StudyStanding.trainings(of: id, database) : []
            )
        }
        let live = board.withLock { $0.live }
        return Job(
            record, live: live[id], queuePosition: waiting.firstIndex(of: id).map { $0 + 1 }, standing: standing(record, trainings, live))
    }

    /// How far a study is; nil for what is none, or has ended.
    private func standing(_ record: JobRecord, _ trainings: [StudyStanding.Training], _ live: [ULID: LiveJob]) -> StudyStanding? {
        record.isOpenStudy ? StudyStanding(trainings, live: live, slots: executor.slots, now: .now()) : nil
    }

    /// Jobs, the newest first.
    ///
    /// - Parameters:
    ///   - pageSize: 1 to 500; what lies outside is brought to the nearer end.
    ///   - pageToken: ``JobPage/nextPageToken`` of the page before.
    /// - Throws: ``JobsError/badPageToken(_:)``.
    package func list(_ filter: JobFilter = JobFilter(), pageSize: Int = 50, pageToken: String? = nil) async throws -> JobPage {
        let size = min(500, max(1, pageSize))
        var before: Int64?
        if let pageToken {
            guard let sequence = Int64(pageToken), sequence > 0 else { throw JobsError.badPageToken(pageToken) }
            before = sequence
        }
        let start = before
        let (records, waiting, trainings) = try await read { database in
            let records = try JobDatabase.page(filter, before: start, count: size + 1, database)
            var trainings: [ULID: [StudyStanding.Training]] = [:]
            for record in records where record.isOpenStudy { trainings[record.id] = try StudyStanding.trainings(of: record.id, database) }
            return (records, try JobDatabase.waiting(database), trainings)
        }
        let positions = Dictionary(uniqueKeysWithValues: waiting.enumerated().map { ($1, $0 + 1) })
        let live = board.withLock { $0.live }
        let shown = records.prefix(size)
        return JobPage(
            items: shown.map {
                Job($0, live: live[$0.id], queuePosition: positions[$0.id], standing: standing($0, trainings[$0.id] ?? [], live))
            },
            nextPageToken: records.count > size ? shown.last?.sequence.map(String.init) : nil)
    }

    /// The job as soon as there is something to tell, or after `seconds` as it is then.
    ///
    /// - Parameter etag: what the caller has seen (``Job/etag``): any change ends the waiting. Nil: only the job's end does.
    /// - Throws: ``JobsError/noSuchJob(_:)``, also when the job is deleted meanwhile.
    package func wait(_ id: ULID, seconds: Double, etag: String? = nil) async throws -> Job {
        let deadline = DispatchTime.now() + min(max(0, seconds), 3600)
        let changes = signals.changes(of: id, until: deadline)
        var job = try await get(id)
        func isOver(_ job: Job) -> Bool { job.state.isTerminal || etag.map { $0 != job.etag } ?? false }
        if isOver(job) { return job }
        for await _ in changes {
            job = try await get(id)
            if isOver(job) { return job }
        }
        return try await get(id)
    }

    /// The job's events after `position`, then those to come; ends after the job's `end`, or when the queue is shut down.
    ///
    /// - Parameter position: ``JobEvent/position`` of the last one seen (`Last-Event-ID`); 0 for all. Any number is safe.
    /// - Throws: ``JobsError/noSuchJob(_:)``.
    package func events(_ id: ULID, after position: Int = 0) async throws -> AsyncStream<JobEvent> {
        _ = try await read { try JobDatabase.fetch(id, $0) }
        let reader = EventReader(job: id, tail: try EventTail(directories[id].events, from: position), queue: self)
        return AsyncStream { await reader.next() }
    }

    /// The metric events so far, the newest `limit` of them.
    ///
    /// - Throws: ``JobsError/noSuchJob(_:)``.
    package func metrics(_ id: ULID, limit: Int = 10_000) async throws -> [JobEvent] {
        _ = try await read { try JobDatabase.fetch(id, $0) }
        let file = directories[id].events
        return try await perform(on: disk) {
            var tail = try EventTail(file)
            var found: [JobEvent] = []
            while case let events = try tail.read(), !events.isEmpty {
                found += events.lazy.filter { $0.kind == .metric }
                if found.count > 2 * limit { found.removeFirst(found.count - limit) }
            }
            return Array(found.suffix(max(0, limit)))
        }
    }

    /// Where the job's log, report and other files are; a file may not be there yet.
    ///
    /// - Throws: ``JobsError/noSuchJob(_:)``.
    package func files(_ id: ULID) async throws -> JobFiles {
        _ = try await read { try JobDatabase.fetch(id, $0) }
        return directories[id]
    }

    /// How many jobs there are in each state.
    package func counts() async throws -> [JobState: Int] {
        try await read { database in
            var counts = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 0) })
            for row in try Row.fetchAll(database, sql: "SELECT state, COUNT(*) AS number FROM job GROUP BY state") {
                if let state = JobState(rawValue: row["state"]) { counts[state] = row["number"] }
            }
            return counts
        }
    }

    /// Whether the job has ended, and whether its event file says so already; a job that is gone has ended.
    func ending(_ id: ULID) async -> (isTerminal: Bool, isAnnounced: Bool) {
        guard let record = try? await read({ try JobDatabase.fetch(id, $0) }) else { return (true, true) }
        return (record.lifecycle.state.isTerminal, record.unannounced.isEmpty)
    }
}
