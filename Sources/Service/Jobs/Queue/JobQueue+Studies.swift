import Base
import Foundation

/// What a study is besides a job: it runs from its first training on without a worker, and gets one when the last has ended. On the serial queue `decisions`.
extension JobQueue {
    /// Empty for a job that is no study.
    func trainings(of study: ULID) throws -> [JobRecord] { try database.pool.read { try JobDatabase.trainings(of: study, $0) } }

    /// Applies an event that asks for no action to all trainings of a study that are in one of `states`: all in one transaction, because a study may have hundreds.
    func applyTogether(_ event: JobLifecycle.Event, toTrainingsOf study: ULID, in states: [JobState]) throws {
        let crashLimit = settings.crashLimit
        let changed = try database.pool.write { database in
            let records = try JobDatabase.trainings(of: study, database).filter { states.contains($0.lifecycle.state) }
            for var record in records {
                let decision = try record.lifecycle.handle(event, crashLimit: crashLimit)
                record.note(decision.states, at: .now())
                record.version += 1
                try record.update(database)
            }
            return records.map(\.id)
        }
        if !changed.isEmpty {
            logger.info("trainings changed together", metadata: ["job": "\(study)", "event": "\(event)", "trainings": "\(changed.count)"])
        }
        announceLater(changed)
        for id in changed { signals.notify(id) }
    }

    /// A training went through `states`: its study begins with it, tells of it, and may be ready to compare.
    func trainingChanged(of study: ULID, states: [JobState]) {
        signals.notify(study)
        guard let last = states.last else { return }
        do {
            let record = try database.pool.read { try JobDatabase.fetch(study, $0) }
            guard !record.lifecycle.state.isTerminal else { return }
            if last == .running, record.lifecycle.state == .queued { try apply(.started, to: study) }
            let standing = StudyStanding(
                try database.pool.read { try StudyStanding.trainings(of: study, $0) }, live: board.withLock { $0.live },
                slots: executor.slots, now: .now())
            try EventFile(appendingTo: directories[study].events).append(
                JobEvent(kind: .progress, progress: standing.progress), durable: false)
        } catch JobsError.noSuchJob {
            return  // a study can be deleted only after its trainings have ended, but they can be resumed
        } catch {
            logger.error("a study was not told of its training", metadata: ["job": "\(study)", "error": "\(error)"])
        }
        // Not at once: this may be in the middle of a start.
        if last.isTerminal { decisions.async { self.fillSlots() } }
    }

    /// Freezes how the trainings of a study ended, for the worker that compares them.
    func writeTrainings(of study: ULID) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let jobs = try trainings(of: study).map { Job($0, live: nil, queuePosition: nil) }
        try AtomicFile.write(try encoder.encode(jobs), to: directories[study].trainings)
    }
}
