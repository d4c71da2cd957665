import Base
import Engine
import Foundation
import Jobs
import ModelStore
import Training

/// Carries out the job of a directory, from wherever an earlier attempt left it.
///
/// The work blocks: it runs on a thread of its own, so that Swift's pool stays free.
/// - Parameters:
///   - directory: `DATA/jobs/ID`, with `specification.json` and what the work needs.
///   - threads: of the plans.
///   - checkpointInterval: what a kill may lose (see ``Trainer/checkpointInterval``).
///   - stopAsked: whether SIGTERM has come; asked before every step.
///   - watch: is given each event of the journal as it is written; must return at once.
/// - Returns: ``WorkerExitCode``: finished, stopped with its checkpoint kept, or failed with the reason in `result/error.json`.
package func runJob(
    directory: URL, threads: Int, checkpointInterval: Duration = .seconds(5), backend: any Backend,
    stopAsked: @escaping @Sendable () -> Bool = { StopSignal.isRaised }, watch: @escaping @Sendable (JobEvent) -> Void = { _ in }
) async -> Int32 {
    await withCheckedContinuation { continuation in
        let thread = Thread {
            continuation.resume(
                returning: carryOut(
                    directory: directory, threads: threads, checkpointInterval: checkpointInterval, backend: backend, stopAsked: stopAsked,
                    watch: watch))
        }
        thread.stackSize = 16 << 20
        thread.name = "aliquot.job"
        thread.start()
    }
}

private func carryOut(
    directory: URL, threads: Int, checkpointInterval: Duration, backend: any Backend, stopAsked: @escaping @Sendable () -> Bool,
    watch: @escaping @Sendable (JobEvent) -> Void
) -> Int32 {
    let files = JobFiles(directory)
    // An attempt that finished and then died is finished.
    if FileManager.default.fileExists(atPath: files.done.path) { return WorkerExitCode.finished }
    do {
        let journal = try WorkerJournal(jobDirectory: directory, watch: watch)
        do {
            let specification = try journal.specification()
            switch specification.work {
            case .train(let work):
                let jobs = directory.deletingLastPathComponent()
                let study = specification.study.map { JobFiles(jobs.appendingPathComponent($0.description, isDirectory: true)) }
                try TrainingJob(
                    specification: work, files: files, data: jobs.deletingLastPathComponent(), threads: threads,
                    checkpointInterval: checkpointInterval, backend: backend, journal: journal,
                    study: study.flatMap { FileManager.default.fileExists(atPath: $0.directory.path) ? $0 : nil }, stopAsked: stopAsked
                ).run()
            case .quantise(let work):
                let data = directory.deletingLastPathComponent().deletingLastPathComponent()
                try QuantisationJob(
                    specification: work, files: files, data: data,
                    model: ModelStore.directory(of: work.model, version: work.version, below: data.appendingPathComponent("models")),
                    threads: threads, backend: backend, journal: journal, stopAsked: stopAsked
                ).run()
            case .study(let work): try StudyJob(specification: work, files: files, journal: journal).run()
            case .importArchive:
                try ImportJob(files: files, threads: threads, journal: journal, stopAsked: stopAsked).run()
            }
            try journal.finish()
            return WorkerExitCode.finished
        } catch TrainingError.interrupted {
            return WorkerExitCode.stopped
        } catch {
            let failure = FailureReason.failure(of: error)
            FileHandle.standardError.write(Data("\(failure.title): \(failure.detail)\n".utf8))
            try journal.fail(failure)
            return WorkerExitCode.failed
        }
    } catch {
        // Nothing can be written into the job's directory: the log is what remains.
        FileHandle.standardError.write(Data("the job cannot be recorded: \(error)\n".utf8))
        return WorkerExitCode.failed
    }
}
