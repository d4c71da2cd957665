import Base
import Foundation

/// What a study is besides a job: it runs from its first training on without a worker, and gets one when the last has ended. On the serial queue `decisions`.
extension JobQueue {
    /// Empty for a job that is no study.
    func trainings(of study: ULID) throws -> [JobRecord] { try database.pool.read { try JobDatabase.trainings(of: study, $0) } }

    /// A training went through `states`: its study begins with it, tells of it, and may be ready to compare.
    func trainingChanged(of study: ULID, states: [JobState]) {
        signals.notify(study)
        guard let last = states.last else { return }
        do {
            let record = try database.pool.read { try JobDatabase.fetch(study, $0) }
            guard !record.lifecycle.state.isTerminal else { return }
            if last == .running, record.lifecycle.state == .queued { try apply(.started, to: study) }
            let standing = StudyStanding(
                try trainings(of: study), live: board.withLock { $0.live }, slots: executor.slots, now: .now())
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
