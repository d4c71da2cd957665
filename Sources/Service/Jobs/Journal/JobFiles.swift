import Foundation

/// The files of one job's directory: where service and worker meet, and nowhere else.
package struct JobFiles: Sendable {
    package let directory: URL

    package init(_ directory: URL) { self.directory = directory }

    /// What is to be done: ``JobSpecification`` as JSON.
    package var specification: URL { directory.appendingPathComponent("specification.json") }
    /// The frozen manifest of the dataset revision.
    package var revision: URL { directory.appendingPathComponent("revision.jsonl") }
    /// What the service knows of that revision besides, its findings too, as JSON; may be absent.
    package var revisionFacts: URL { directory.appendingPathComponent("revision.json") }
    /// Uploaded input, such as `input/archive`.
    package var input: URL { directory.appendingPathComponent("input", isDirectory: true) }
    /// Append-only log of ``JobEvent`` lines.
    package var events: URL { directory.appendingPathComponent("events.jsonl") }
    /// Standard output and standard error of every attempt, bounded by ``JobQueueSettings/logBytes``.
    package var log: URL { directory.appendingPathComponent("log.txt") }
    /// What the worker needs to continue after an interruption.
    package var checkpoint: URL { directory.appendingPathComponent("checkpoint", isDirectory: true) }
    package var result: URL { directory.appendingPathComponent("result", isDirectory: true) }
    /// The job's report, once there is one.
    package var report: URL { result.appendingPathComponent("report.json") }
    /// Written last by a worker that has finished: `result/` is complete.
    package var done: URL { result.appendingPathComponent("done.json") }
    /// Why the worker gave up: ``JobFailure`` as JSON.
    package var failure: URL { result.appendingPathComponent("error.json") }
    /// Of a study: how its trainings ended, as the service knows them: an array of ``Job``.
    package var trainings: URL { directory.appendingPathComponent("trainings.json") }
    /// Of a study: networks that several of its trainings have trained alike.
    package var shared: URL { directory.appendingPathComponent("shared", isDirectory: true) }
    /// A report as a table and as a page, where the job has made them.
    package var reportTable: URL { result.appendingPathComponent("report.csv") }
    package var reportPage: URL { result.appendingPathComponent("report.html") }
    /// Which process works at the job: written by the service.
    package var worker: URL { directory.appendingPathComponent("worker.json") }
}
