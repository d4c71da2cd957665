/// Why a running worker was asked to stop.
enum StopReason: String, Codable, Sendable {
    /// A user cancelled the job.
    case cancel
    /// The job has run as long as it may.
    case timeLimit
    /// The service is shutting down; the job goes on after the next start.
    case shutdown
    /// The worker outlived the service that had started it; it is stopped and taken up again under the new one.
    case takeover
}
