import Base

/// What the queue refuses or cannot do.
package enum JobsError: Error, Sendable, Equatable {
    /// HTTP 404.
    case noSuchJob(ULID)
    /// HTTP 503 with `Retry-After`: as many jobs wait or run as are allowed.
    case queueFull(limit: Int)
    /// HTTP 409: the job is in a state in which this cannot be done; `allowed` names those in which it can.
    case wrongState(job: ULID, action: String, state: JobState, allowed: [JobState])
    /// HTTP 409: the training belongs to a study that has not ended, which would compare without it.
    case neededByStudy(training: ULID, study: ULID, state: JobState)
    /// HTTP 409: the worker has finished and its result is being stored; the job ends in a moment.
    case finishing(ULID)
    /// HTTP 503: the queue is being shut down.
    case shuttingDown
    /// HTTP 422: a page token that this queue has not given out.
    case badPageToken(String)
    /// An attachment's name that is no plain relative path (a mistake of the caller).
    case badAttachmentName(String)
    /// The operating system refused (HTTP 507 if ``SystemError/isNoSpace``, else 500).
    case system(SystemError)
    /// No space is left for the queue's database (HTTP 507).
    case storageFull
    /// Another process holds the database for longer than we wait (HTTP 503).
    case storageBusy
    /// The database may not be written: a read-only file system, or no right to (HTTP 503).
    case storageReadOnly
    /// The database is damaged, its disk fails, or it holds what it should not (HTTP 500).
    case storage(String)
}
