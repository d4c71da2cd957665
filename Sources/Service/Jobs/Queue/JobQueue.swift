import Base
import Foundation
import GRDB
import Logging
import Synchronization

/// Accepts jobs, remembers them across crashes, hands them to workers and watches them.
///
/// The truth about a job is its row in `jobs.sqlite`. Every change of a row is one ``JobLifecycle`` event, decided on the serial queue `decisions` in one transaction,
/// committed (fsynced), announced in the job's `events.jsonl`, and only then shown. Who changes what:
/// 1. `decisions` alone writes rows and starts workers; an event that no longer fits the row is refused by the life cycle, so late callbacks do no harm.
/// 2. `board` holds what is only in memory: running workers and the latest progress of their jobs. Losing it loses no job.
/// 3. Reads (``get(_:)``, ``list(_:pageSize:pageToken:)``, ``wait(_:seconds:etag:)``, ``events(_:after:)``) change nothing and wait for no lock held by work.
/// 4. A job's directory is made before its row and removed after it; what a crash leaves in between is removed by ``start()``.
package final class JobQueue: Sendable {
    /// Called when a worker has finished: takes what is in `result/` into the stores. Must be idempotent: after a crash of the service it is called again.
    /// A ``JobFailure`` that it throws becomes the job's error.
    package typealias Completion = @Sendable (_ job: Job, _ resultDirectory: URL) async throws -> JobResult

    struct Board {
        var live: [ULID: LiveJob] = [:]
        /// Jobs whose result is being stored.
        var storing: Set<ULID> = []
        var isStarted = false
        var isShuttingDown = false
        /// Whether the database is closed.
        var isClosed = false
    }

    let directories: JobDirectories
    let database: JobDatabase
    let executor: any JobExecutor
    let settings: JobQueueSettings
    let logger: Logger
    let completion: Completion
    let board = Mutex(Board())
    let signals = ChangeSignals()
    let decisions = DispatchQueue(label: "aliquot.jobs.decisions")
    let disk = DispatchQueue(label: "aliquot.jobs.disk")
    let watching = DispatchQueue(label: "aliquot.jobs.watching")

    /// Opens the queue; nothing runs before ``start()``.
    ///
    /// - Parameters:
    ///   - directory: the data directory, which holds `jobs.sqlite` and `jobs/`. The caller sees to it that one process uses it at a time.
    ///   - completion: see ``Completion``.
    /// - Throws: `SystemError`, `DatabaseError` or ``JobsError/storage(_:)`` if the directory cannot be used.
    package init(
        directory: URL, executor: any JobExecutor, settings: JobQueueSettings = .standard, logger: Logger = Logger(label: "aliquot.jobs"),
        completion: @escaping Completion
    ) throws {
        directories = try JobDirectories(dataDirectory: directory)
        database = try JobDatabase(directory.appendingPathComponent("jobs.sqlite"), patience: settings.databasePatience)
        self.executor = executor
        self.settings = settings
        self.logger = logger
        self.completion = completion
    }

    /// Takes a job into the queue: its directory with the attachments and its row are durable once this returns.
    ///
    /// - Parameter attachments: files (of the same file system) that are moved into the job's directory, by their name there: `revision.jsonl`, `input/archive`.
    /// - Throws: ``JobsError/queueFull(limit:)``, ``JobsError/shuttingDown``, ``JobsError/badAttachmentName(_:)``, ``JobsError/system(_:)``; after a throw there
    ///   is no job, and attachments may be gone.
    package func submit(_ specification: JobSpecification, attachments: [String: URL] = [:]) async throws -> Job {
        let id = ULID.now()
        // Asked here too, so that a full queue does not cost the attachments; decided below.
        guard try await read(JobDatabase.active) < settings.capacity else {
            throw JobsError.queueFull(limit: settings.capacity)
        }
        try await perform(on: disk) { try self.directories.make(id, specification, attachments: attachments) }
        try await insert([(id, specification)])
        return try await get(id)
    }

    /// Takes a study and its trainings into the queue, all or none: durable once this returns. The trainings are jobs like any other; the study begins with the first of
    /// them, and a worker compares them once all have ended.
    ///
    /// - Parameter trainings: each with its attachments, as for ``submit(_:attachments:)``.
    /// - Throws: as ``submit(_:attachments:)``.
    package func submit(_ study: StudySpecification, trainings: [(work: TrainSpecification, attachments: [String: URL])]) async throws
        -> Job
    {
        guard try await read(JobDatabase.active) + trainings.count < settings.capacity else {
            throw JobsError.queueFull(limit: settings.capacity)
        }
        let id = ULID.now()
        let jobs: [(id: ULID, specification: JobSpecification)] =
            [(id, JobSpecification(.study(study)))] + trainings.map { (ULID.now(), JobSpecification(.train($0.work), study: id)) }
        try await perform(on: disk) {
            for (index, (id, specification)) in jobs.enumerated() {
                do {
                    try self.directories.make(id, specification, attachments: index == 0 ? [:] : trainings[index - 1].attachments)
                } catch {
                    for (id, _) in jobs[..<index] { try self.directories.remove(id) }
                    throw error
                }
            }
        }
        try await insert(jobs)
        return try await get(id)
    }

    /// Inserts jobs whose directories are there; these go again where it fails.
    private func insert(_ jobs: [(id: ULID, specification: JobSpecification)]) async throws {
        do {
            try await perform(on: decisions) { try self.insertRows(jobs) }
        } catch {
            try await perform(on: disk) { for (id, _) in jobs { try self.directories.remove(id) } }
            throw error
        }
    }

    /// Ends a job: a waiting one never starts, a running one is stopped and then ends `cancelled`. Cancelling twice is no error. With a study end its trainings.
    ///
    /// - Returns: the job as it is now; its worker may need a while to stop.
    /// - Throws: ``JobsError/noSuchJob(_:)``, ``JobsError/wrongState(job:action:state:allowed:)`` if it has succeeded or failed, ``JobsError/finishing(_:)``.
    package func cancel(_ id: ULID) async throws -> Job {
        try await perform(on: decisions) {
            // Before the study, so that a crash in between leaves a study that goes on, not trainings of one that is over.
            try self.applyTogether(.stopRequested(.cancel), toTrainingsOf: id, in: [.queued])
            for training in try self.trainings(of: id) where training.lifecycle.state == .running {
                self.absorb(.stopRequested(.cancel), to: training.id)
            }
            try self.apply(.stopRequested(.cancel), to: id, action: "cancel")
        }
        return try await get(id)
    }

    /// Queues a failed or cancelled job again; its worker continues from the checkpoint. With a study are resumed its failed and cancelled trainings.
    ///
    /// - Throws: ``JobsError/noSuchJob(_:)``, ``JobsError/wrongState(job:action:state:allowed:)``, ``JobsError/shuttingDown``.
    package func resume(_ id: ULID) async throws -> Job {
        try await perform(on: decisions) {
            if self.board.withLock({ $0.isShuttingDown }) { throw JobsError.shuttingDown }
            let resumable: [JobState] = [.failed, .cancelled]
            let record = try self.database.pool.read { try JobDatabase.fetch(id, $0) }
            if resumable.contains(record.lifecycle.state) {
                // Before its trainings run again: a comparison without them would be taken for the new one. After a crash in between the study is still to be resumed.
                if record.specification.type == .study { try self.directories.removeResult(id) }
                try self.applyTogether(.resumeRequested, toTrainingsOf: id, in: resumable)
            }
            try self.apply(.resumeRequested, to: id, action: "resume")
            self.fillSlots()
        }
        return try await get(id)
    }

    /// Forgets a job that has ended, with its directory, and a study with its trainings. What it has made (models, images) stays.
    ///
    /// - Throws: ``JobsError/noSuchJob(_:)``, ``JobsError/wrongState(job:action:state:allowed:)`` if it has not ended,
    ///   ``JobsError/neededByStudy(training:study:state:)`` if it is a training of a study that has not.
    package func delete(_ id: ULID) async throws {
        let gone = try await perform(on: decisions) {
            try self.database.pool.write { database in
                let records = try [JobDatabase.fetch(id, database)] + JobDatabase.trainings(of: id, database)
                for record in records where !record.lifecycle.state.isTerminal {
                    throw JobsError.wrongState(
                        job: record.id, action: "delete", state: record.lifecycle.state, allowed: JobState.allCases.filter(\.isTerminal))
                }
                if let owner = records.first?.specification.study,
                    let study = try JobRecord.fetchOne(database, sql: "SELECT * FROM job WHERE id = ?", arguments: [owner.description]),
                    study.isOpenStudy
                {
                    throw JobsError.neededByStudy(training: id, study: owner, state: study.lifecycle.state)
                }
                for record in records { try database.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [record.id.description]) }
                return records.map(\.id)
            }
        }
        try await perform(on: disk) { for id in gone { try self.directories.remove(id) } }
        for id in gone { signals.notify(id) }
    }

    /// Runs blocking work on a Dispatch queue, so that it holds no thread of Swift's pool.
    func perform<Result: Sendable>(on queue: DispatchQueue, _ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: work).mapError(Self.named)) }
        }
    }

    /// Reads the database beside everything else.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await database.pool.read(body) } catch { throw Self.named(error) }
    }

    /// Errors of the layers below as errors of this target.
    static func named(_ error: any Error) -> any Error {
        switch error {
        case let error as SystemError: JobsError.system(error)
        case let error as DatabaseError: JobsError(error)
        default: error
        }
    }
}

extension JobsError {
    /// What a failure of SQLite means for a caller. Source: sqlite.org/rescode.html.
    init(_ error: DatabaseError) {
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .storageFull
            case .SQLITE_BUSY, .SQLITE_LOCKED: .storageBusy
            case .SQLITE_READONLY, .SQLITE_PERM: .storageReadOnly
            default: .storage("\(error)")
            }
    }
}
