import Base
import Foundation
import GRDB

/// Everything here runs on the serial queue `decisions`.
extension JobQueue {
    func insertRows(_ jobs: [(id: ULID, specification: JobSpecification)]) throws {
        if board.withLock({ $0.isShuttingDown }) { throw JobsError.shuttingDown }
        let capacity = settings.capacity
        try database.pool.write { database in
            guard try JobDatabase.active(database) + jobs.count <= capacity else { throw JobsError.queueFull(limit: capacity) }
            for (id, specification) in jobs { try JobRecord(id: id, specification: specification, createdAt: .now()).insert(database) }
        }
        guard let first = jobs.first else { return }
        announce(first.id)
        announceLater(jobs.dropFirst().map { $0.id })
        fillSlots()
    }

    /// Applies one event to a job: decided and committed, announced, shown, acted upon.
    ///
    /// - Parameter action: what a user wanted, for the error.
    /// - Throws: ``JobsError/wrongState(job:action:state:allowed:)`` if the event does not fit the job any more; nothing has changed then.
    func apply(_ event: JobLifecycle.Event, to id: ULID, action: String = "change") throws {
        let seen = board.withLock { $0.live[id] }
        let crashLimit = settings.crashLimit
        let (decision, study) = try database.pool.write { database in
            var record = try JobDatabase.fetch(id, database)
            let state = record.lifecycle.state
            let decision: JobLifecycle.Decision
            do {
                decision = try record.lifecycle.handle(event, crashLimit: crashLimit)
            } catch JobLifecycle.Refusal.finishing {
                throw JobsError.finishing(id)
            } catch JobLifecycle.Refusal.wrongState(let allowed) {
                throw JobsError.wrongState(job: id, action: action, state: state, allowed: allowed)
            }
            if let seen { record.take(seen, workerEnded: event.endsWorker) }
            record.note(decision.states, at: .now())
            record.version += 1
            try record.update(database)
            return (decision, record.specification.study)
        }
        if !decision.states.isEmpty {
            logger.info("job state", metadata: ["job": "\(id)", "states": "\(decision.states.map(\.rawValue).joined(separator: " "))"])
            announce(id)
        }
        signals.notify(id)
        switch decision.action {
        case .terminateWorker: stopWorker(of: id)
        case .storeResult: storeResult(of: id)
        case nil: break
        }
        if let study { trainingChanged(of: study, states: decision.states) }
    }

    /// The same for events that come from within: one that does not fit any more is noted and dropped.
    func absorb(_ event: JobLifecycle.Event, to id: ULID) {
        do {
            try apply(event, to: id)
        } catch {
            logger.warning("event refused", metadata: ["job": "\(id)", "event": "\(event)", "error": "\(error)"])
        }
    }

    /// Writes the states that the row went through to `events.jsonl`. If that fails (full disk), the row still holds them for the next time.
    func announce(_ id: ULID) {
        do {
            let record = try database.pool.read { try JobDatabase.fetch(id, $0) }
            guard !record.unannounced.isEmpty else { return }
            let file = try EventFile(appendingTo: directories[id].events)
            for (index, state) in record.unannounced.enumerated() {
                // The states before the last `queued` belong to the attempt before.
                let isBefore = record.unannounced[(index + 1)...].contains(.queued) && record.lifecycle.attempt > 1
                let attempt = record.lifecycle.attempt - (isBefore ? 1 : 0)
                try file.append(JobEvent(kind: .state, state: state, attempt: attempt), durable: !state.isTerminal)
                if state.isTerminal { try file.append(JobEvent(kind: .end, state: state, attempt: attempt), durable: true) }
            }
            try database.pool.write { try $0.execute(sql: "UPDATE job SET unannounced = NULL WHERE id = ?", arguments: [id.description]) }
            signals.notify(id)
        } catch {
            logger.error("state not announced", metadata: ["job": "\(id)", "error": "\(error)"])
        }
    }

    /// Announces many jobs one by one, so that other decisions come between: their rows are the truth meanwhile.
    func announceLater(_ ids: [ULID]) {
        for id in ids { decisions.async { self.announce(id) } }
    }

    /// Starts waiting jobs as long as there are free slots.
    func fillSlots() {
        var tried: Set<ULID> = []
        while board.withLock({ $0.isStarted && !$0.isShuttingDown && $0.live.count < executor.slots }) {
            do {
                let busy = board.withLock { tried.union($0.live.keys) }
                guard let id = try database.pool.read(JobDatabase.ready).first(where: { !busy.contains($0) }) else { return }
                tried.insert(id)
                try launch(id)
            } catch {
                logger.error("no job could be started", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    private func launch(_ id: ULID) throws {
        let files = directories[id]
        // A study runs since its first training began.
        if try database.pool.read({ try JobDatabase.fetch(id, $0) }).lifecycle.state == .queued { try apply(.started, to: id) }
        let record = try database.pool.read { try JobDatabase.fetch(id, $0) }
        if FileManager.default.fileExists(atPath: files.done.path) {
            // Its worker had finished before it was cancelled, or its result could not be stored: only that is left to do.
            absorb(.workerEnded(.finished, fraction: 1), to: id)
            return
        }
        do {
            if FileManager.default.fileExists(atPath: files.failure.path) { try FileManager.default.removeItem(at: files.failure) }
            if record.specification.type == .study { try writeTrainings(of: id) }
            try watch(record, isNew: true)
            let attempt = record.lifecycle.attempt
            let worker = try executor.start(WorkerLaunch(job: id, directory: files.directory, threads: record.specification.threads)) {
                [weak self] exit in
                self?.workerExited(id, attempt: attempt, exit)
            }
            board.withLock { $0.live[id]?.worker = worker }
        } catch {
            board.withLock { $0.live[id] = nil }
            absorb(.notStarted(.init(code: "worker_not_started", title: "The worker could not be started", detail: "\(error)")), to: id)
        }
    }

    /// Puts a job on the board.
    /// - Parameter isNew: whether its worker is about to start; otherwise it has been running, and its events are read from the first one.
    func watch(_ record: JobRecord, isNew: Bool) throws {
        let files = directories[record.id]
        let now = DispatchTime.now()
        let limit = record.specification.timeLimitSeconds.map {
            now + .milliseconds(Int(max(0, Int64($0) * 1000 - record.ranMilliseconds)))
        }
        let live = LiveJob(
            attempt: record.lifecycle.attempt, study: record.specification.study,
            seen: WorkerEvents(
                tail: try EventTail(files.events, from: isNew ? Int.max : 0), progress: record.progress, metrics: record.metrics ?? [:],
                badLinesBefore: isNew ? record.badEventLines : 0),
            startedAt: now, limit: limit)
        board.withLock { $0.live[record.id] = live }
    }

    /// From any thread.
    func workerExited(_ id: ULID, attempt: Int, _ exit: WorkerExit) {
        decisions.async { self.workerEnded(id, attempt: attempt, exit) }
    }

    func workerEnded(_ id: ULID, attempt: Int, _ exit: WorkerExit) {
        guard board.withLock({ $0.live[id]?.attempt }) == attempt else { return }
        watching.sync {
            _ = readEvents(of: id, pieces: .max)
            boundLog(of: id)
        }
        let fraction = board.withLock { $0.live[id]?.seen.progress?.fraction } ?? 0
        logger.info("worker ended", metadata: ["job": "\(id)", "exit": "\(exit)"])
        let outcome = outcome(of: id, exit)
        absorb(.workerEnded(outcome, fraction: fraction), to: id)
        board.withLock { $0.live[id] = nil }
        signals.notify(id)
        fillSlots()
    }

    func outcome(of id: ULID, _ exit: WorkerExit) -> WorkerOutcome {
        let files = directories[id]
        let failure = (try? Data(contentsOf: files.failure)).map { data in
            (try? JSONDecoder().decode(JobFailure.self, from: data))
                ?? JobFailure(
                    code: "unreadable_failure", title: "The worker gave up and its reason cannot be read",
                    detail: "result/error.json is no failure.")
        }
        return WorkerOutcome(exit: exit, isDone: FileManager.default.fileExists(atPath: files.done.path), failure: failure)
    }

    /// SIGTERM now, SIGKILL after the grace.
    private func stopWorker(of id: ULID) {
        guard board.withLock({ $0.live[id] }) != nil else {  // a study that waits for its trainings
            absorb(.workerEnded(.stopped, fraction: 0), to: id)
            return
        }
        let grace = settings.stopGrace
        let worker = board.withLock { board -> (any RunningWorker)? in
            if board.live[id]?.killAt == nil { board.live[id]?.killAt = DispatchTime.now().advanced(by: grace) }
            return board.live[id]?.worker
        }
        worker?.terminate()
    }

    /// Hands the result to the stores. Runs beside everything else; its end comes back as an event.
    func storeResult(of id: ULID) {
        guard board.withLock({ $0.storing.insert(id).inserted }) else { return }
        Task {
            let event: JobLifecycle.Event
            do {
                event = .stored(try await completion(try await get(id), directories[id].result))
            } catch let failure as JobFailure {
                event = .notStored(failure)
            } catch {
                event = .notStored(
                    .init(
                        code: "result_not_stored", title: "The result could not be stored; resuming the job tries again", detail: "\(error)"
                    ))
            }
            decisions.async {
                self.absorb(event, to: id)
                self.board.withLock { _ = $0.storing.remove(id) }
            }
        }
    }
}
