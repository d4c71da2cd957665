import Base
import Foundation

/// Runs workers: here as child processes (``LocalExecutor``), elsewhere on a cluster.
package protocol JobExecutor: Sendable {
    /// How many workers may run at the same time.
    var slots: Int { get }

    /// Starts a worker. `onExit` is called exactly once, from any thread, after the worker has ended and what it had started was killed.
    func start(_ launch: WorkerLaunch, onExit: @escaping @Sendable (WorkerExit) -> Void) throws -> any RunningWorker

    /// The worker that a service before this one started for the job and that still lives, if there is one. `onExit` is called once it has gone.
    func survivor(of job: ULID, directory: URL, onExit: @escaping @Sendable (WorkerExit) -> Void) -> (any RunningWorker)?
}
