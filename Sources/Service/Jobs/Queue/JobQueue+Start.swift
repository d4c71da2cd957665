import Base
import Foundation
import GRDB

/// The queue's beginning and end.
extension JobQueue {
    /// Takes up what an earlier service left, and begins to hand out jobs. Returns soon: workers that still live are stopped meanwhile (their jobs are `running` until then).
    ///
    /// - running, worker gone: `interrupted`, then queued again (a crash is counted), or `succeeded` if the worker had finished;
    /// - running, worker alive: it is asked to keep a checkpoint and stop, then the job is queued again (no crash is counted);
    /// - result half stored: stored again.
    package func start() async throws {
        try await perform(on: decisions) {
            guard !self.board.withLock({ $0.isStarted }) else { return }
            let (known, unannounced, running) = try self.database.pool.read { database in
                (
                    Set(try String.fetchAll(database, sql: "SELECT id FROM job").compactMap(ULID.init)),
                    try String.fetchAll(database, sql: "SELECT id FROM job WHERE unannounced IS NOT NULL ORDER BY sequence").compactMap(
                        ULID.init),
                    try JobRecord.fetchAll(database, sql: "SELECT * FROM job WHERE state = 'running' ORDER BY sequence")
                )
            }
            try self.directories.removeStrays(known: known)
            for id in unannounced { self.announce(id) }
            for record in running { try self.takeUp(record) }
            self.board.withLock { $0.isStarted = true }
            self.startWatching()
            self.fillSlots()
        }
    }

    private func takeUp(_ record: JobRecord) throws {
        let id = record.id
        if record.lifecycle.finishing {
            storeResult(of: id)
            return
        }
        let attempt = record.lifecycle.attempt
        let survivor = executor.survivor(of: id, directory: directories[id].directory) { [weak self] exit in
            self?.workerExited(id, attempt: attempt, exit)
        }
        if survivor == nil, record.specification.type == .study {
            // It waits for its trainings, or compares them once more; unless it was being stopped.
            if record.lifecycle.stopping != nil { absorb(.workerEnded(.stopped, fraction: 0), to: id) }
            return
        }
        try watch(record, isNew: false)
        guard let survivor else {
            workerEnded(id, attempt: attempt, .unknown)
            return
        }
        logger.info("a worker outlived the service", metadata: ["job": "\(id)", "pid": "\(survivor.processIdentifier ?? 0)"])
        board.withLock { $0.live[id]?.worker = survivor }
        absorb(.stopRequested(.takeover), to: id)
    }

    /// Stops: no job is accepted or started any more, workers are asked to keep a checkpoint and stop, their jobs go back to `queued` (no crash is counted). Those that
    /// wait for changes are let go. Call it before the stores that the completion uses are closed.
    ///
    /// - Parameter grace: after this time workers are killed. The call returns once all have ended, at most a few seconds later.
    package func shutdown(grace: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now + grace + .seconds(5)
        let killAt = DispatchTime.now().advanced(by: grace)
        let isFirst = board.withLock { board in
            defer { board.isShuttingDown = true }
            return !board.isShuttingDown
        }
        guard isFirst else { return }
        signals.close()
        decisions.async {
            for id in self.board.withLock({ Array($0.live.keys) }) {
                self.board.withLock { board in
                    let earlier = board.live[id]?.killAt
                    board.live[id]?.killAt = min(killAt, earlier ?? killAt)
                }
                self.absorb(.stopRequested(.shutdown), to: id)
            }
        }
        // The decisions queue is serial: once it answers, everything asked for above has been done.
        try? await perform(on: decisions) {}
        while board.withLock({ !$0.live.isEmpty || !$0.storing.isEmpty }), clock.now < end {
            do { try await clock.sleep(for: .milliseconds(20)) } catch { break }
        }
        board.withLock { $0.isClosed = true }
        try? await perform(on: decisions) { try self.database.pool.close() }
    }
}
