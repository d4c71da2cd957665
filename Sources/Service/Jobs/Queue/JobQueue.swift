import Base
import Foundation
import Logging

/// Accepts jobs, remembers them across crashes, hands them to workers and watches them.
package final class JobQueue: Sendable {
    /// Called when a worker has finished: takes what is in `result/` into the stores. Must be idempotent: after a crash of the service it is called again.
    package typealias Completion = @Sendable (_ job: Job, _ resultDirectory: URL) async throws -> JobResult

    package let directory: URL

    package init(
        directory: URL, executor: any JobExecutor, settings: JobQueueSettings = .standard, logger: Logger = Logger(label: "aliquot.jobs"),
        completion: @escaping Completion
    ) throws {
        self.directory = directory
    }

    package func start() async throws { throw JobsError.shuttingDown }
    package func submit(_ specification: JobSpecification, attachments: [String: URL] = [:]) async throws -> Job {
        throw JobsError.shuttingDown
    }
    package func get(_ id: ULID) async throws -> Job { throw JobsError.shuttingDown }
    package func list(_ filter: JobFilter = JobFilter(), pageSize: Int = 50, pageToken: String? = nil) async throws -> JobPage {
        throw JobsError.shuttingDown
    }
    package func wait(_ id: ULID, seconds: Double, etag: String? = nil) async throws -> Job { throw JobsError.shuttingDown }
    package func cancel(_ id: ULID) async throws -> Job { throw JobsError.shuttingDown }
    package func resume(_ id: ULID) async throws -> Job { throw JobsError.shuttingDown }
    package func delete(_ id: ULID) async throws { throw JobsError.shuttingDown }
    package func events(_ id: ULID, after position: Int = 0) async throws -> AsyncStream<JobEvent> { throw JobsError.shuttingDown }
    package func metrics(_ id: ULID, limit: Int = 10_000) async throws -> [JobEvent] { throw JobsError.shuttingDown }
    package func files(_ id: ULID) async throws -> JobFiles { throw JobsError.shuttingDown }
    package func counts() async throws -> [JobState: Int] { throw JobsError.shuttingDown }
    package func shutdown(grace: Duration) async {}
}
