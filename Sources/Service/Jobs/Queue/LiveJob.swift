import Base
import Dispatch

/// What the queue holds in memory of a job whose worker runs: everything here can be lost without losing the job.
struct LiveJob: Sendable {
    let attempt: Int
    /// The study that the job is a training of.
    let study: ULID?
    /// Nil for the moment between the decision to start and the start.
    var worker: (any RunningWorker)?
    var seen: WorkerEvents
    let startedAt: DispatchTime
    /// When the job's time is up.
    let limit: DispatchTime?
    /// When SIGKILL follows the SIGTERM that was sent.
    var killAt: DispatchTime?

    var ranMilliseconds: Int64 { Int64((DispatchTime.now().uptimeNanoseconds - startedAt.uptimeNanoseconds) / 1_000_000) }
}
