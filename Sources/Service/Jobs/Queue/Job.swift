import Base

/// A job as clients see it.
package struct Job: Codable, Sendable, Equatable {
    package let id: ULID
    package let type: JobType
    package let state: JobState
    /// From 1; one more each time the job is taken up again.
    package let attempt: Int
    package let createdAt: Timestamp
    /// When a worker first began.
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?
    /// 1 for the next to start; nil if the job does not wait.
    package let queuePosition: Int?
    /// The last known; nil before the first.
    package let progress: JobProgress?
    /// The latest value of each measure.
    package let metrics: [String: Double]?
    package let result: JobResult?
    package let error: JobFailure?
    package let specification: JobSpecification
    /// Lines of `events.jsonl` that were no events and were left out.
    package let badEventLines: Int
    package let links: Links
    /// Changes with everything that can be seen in the job: the strong ETag without its quotes (a header, not a field).
    package var etag = ""

    /// Paths of the API.
    package struct Links: Codable, Sendable, Equatable {
        package let `self`: String
        package let events: String
        package let log: String
        package let metrics: String
        package let report: String?
        /// Nil for a study of several.
        package let dataset: String?
        package let model: String?
        /// Of a training: the study it belongs to.
        package let study: String?
        /// Of a study: its trainings.
        package let trainings: String?
    }

    private enum CodingKeys: String, CodingKey {
        case id, type, state, attempt, progress, metrics, result, error, specification, links
        case createdAt = "created_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case queuePosition = "queue_position"
        case badEventLines = "bad_event_lines"
    }
}
