import Base
import Foundation
import Jobs
import Synchronization

/// An executor whose service can "die": from then on it hears nothing of its workers, which live on — as after `kill -9` of the service.
final class SeveredExecutor: JobExecutor {
    private let local: LocalExecutor
    private let isSevered = Mutex(false)

    init(_ local: LocalExecutor) { self.local = local }

    var slots: Int { local.slots }
    func sever() { isSevered.withLock { $0 = true } }

    func start(_ launch: WorkerLaunch, onExit: @escaping @Sendable (WorkerExit) -> Void) throws -> any RunningWorker {
        try local.start(launch) { [self] exit in
            if !isSevered.withLock({ $0 }) { onExit(exit) }
        }
    }

    func survivor(of job: ULID, directory: URL, onExit: @escaping @Sendable (WorkerExit) -> Void) -> (any RunningWorker)? {
        local.survivor(of: job, directory: directory, onExit: onExit)
    }
}
