/// What can be set about the queue.
package struct JobQueueSettings: Sendable {
    /// Jobs that may wait or run at the same time (`api.md`, "Limits").
    package var capacity = 1000
    /// From SIGTERM to SIGKILL: a training step at a large size takes seconds, and the checkpoint must be written.
    package var stopGrace = Duration.seconds(20)
    /// Crashes in a row without progress after which a job has failed.
    package var crashLimit = 3
    /// How often event files of running jobs are read.
    package var tailInterval = Duration.milliseconds(200)

    /// Bytes of a job's `log.txt`, above which its middle is cut out.
    package var logBytes = JobLog.limit

    /// Seconds to wait for another process that holds the database, such as a backup.
    package var databasePatience = 5.0

    package static let standard = JobQueueSettings()
    package init() {}
}
