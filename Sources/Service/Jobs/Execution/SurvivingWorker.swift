import Foundation

/// A worker that an earlier service started. It is no child of this process, so its end is seen by looking, from a thread of its own.
final class SurvivingWorker: RunningWorker {
    private let identity: WorkerIdentity
    /// Seconds between two looks.
    private static let interval = 0.05

    var processIdentifier: Int32? { identity.pid }

    /// - Parameter onExit: called once, from the watching thread.
    init(_ identity: WorkerIdentity, onExit: @escaping @Sendable (WorkerExit) -> Void) {
        self.identity = identity
        let watch = Thread {
            while identity.isAlive { Thread.sleep(forTimeInterval: Self.interval) }
            onExit(.unknown)
        }
        watch.name = "aliquot.survivor.\(identity.pid)"
        watch.stackSize = 256 << 10
        watch.start()
    }

    func terminate() { signal(SIGTERM) }
    func kill() { signal(SIGKILL) }

    private func signal(_ number: Int32) {
        if identity.isAlive { Foundation.kill(-identity.pid, number) }
    }
}
