import Base
import Foundation
import Synchronization

/// The worker's side of a job: appends events, and says how it ended. May be used from several threads.
///
/// Each event is one `write` on a file opened with `O_APPEND`, so that lines never mix. Progress, metrics and log lines are not fsynced (losing the last ones in a
/// power cut costs nothing); ``finish()`` and ``fail(_:)`` are.
package final class WorkerJournal: Sendable {
    private let files: JobFiles
    private let events: EventFile

    /// - Parameter watch: is given each event once it is written; must return at once.
    /// - Throws: ``SystemError`` if `events.jsonl` cannot be opened.
    package init(jobDirectory: URL, watch: @escaping @Sendable (JobEvent) -> Void = { _ in }) throws(SystemError) {
        files = JobFiles(jobDirectory)
        events = try EventFile(appendingTo: files.events, appended: watch)
    }

    package func progress(_ progress: JobProgress) throws(SystemError) {
        try events.append(JobEvent(kind: .progress, progress: progress.bounded), durable: false)
    }

    /// - Parameters:
    ///   - metrics: values by name, such as `train_loss`, `validation_macro_f1`; those that are not finite are left out.
    ///   - epoch: from 1.
    ///   - phase: such as `teacher` or `student`.
    package func metric(_ metrics: [String: Double], epoch: Int? = nil, phase: String? = nil) throws(SystemError) {
        try events.append(
            JobEvent(kind: .metric, metrics: metrics.filter { $0.value.isFinite }, epoch: epoch, phase: phase), durable: false)
    }

    /// Something that the user should look at, such as `collapse`.
    package func alarm(_ code: String, _ message: String) throws(SystemError) {
        try events.append(JobEvent(kind: .alarm, code: code, message: message), durable: true)
    }

    package func log(_ message: String) throws(SystemError) {
        try events.append(JobEvent(kind: .log, message: message), durable: false)
    }

    /// Says that `result/` is complete: syncs its files and writes `result/done.json` last. The process then exits with 0.
    package func finish() throws {
        try DurableTree.sync(files.result)
        try AtomicFile.write(try JSONEncoder().encode(["finished_at": Timestamp.now()]), to: files.done)
        try AtomicFile.sync(directory: files.directory)
    }

    /// Says why the job cannot be done. The process then exits with 1.
    package func fail(_ failure: JobFailure) throws {
        try FileManager.default.createDirectory(at: files.result, withIntermediateDirectories: true)
        try AtomicFile.write(try JSONEncoder().encode(failure), to: files.failure)
        try AtomicFile.sync(directory: files.directory)
    }

    /// The job's specification as the service stored it.
    package func specification() throws -> JobSpecification {
        try JSONDecoder().decode(JobSpecification.self, from: Data(contentsOf: files.specification))
    }
}
