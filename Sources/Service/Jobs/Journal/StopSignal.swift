import Foundation
import Synchronization

/// Whether SIGTERM has come. A lock-free flag with static storage, so that the handler touches nothing that is not safe in a signal handler (signal-safety(7)).
private let stopRequested = Atomic<Bool>(false)

/// The worker's ear for SIGTERM: the training loop asks ``isRaised`` after each step, keeps a checkpoint and exits with ``WorkerExitCode/stopped``.
package enum StopSignal {
    /// From now on SIGTERM raises the flag instead of ending the process. Call once, first thing in the worker.
    ///
    /// - Parameter signals: which do that.
    package static func install(_ signals: [Int32] = [SIGTERM]) {
        _ = stopRequested.load(ordering: .relaxed)  // the global is initialised before a handler can run
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in stopRequested.store(true, ordering: .sequentiallyConsistent) }
        action.sa_flags = SA_RESTART
        for signal in signals { sigaction(signal, &action, nil) }
    }

    /// Whether the service wants this worker to stop.
    package static var isRaised: Bool { stopRequested.load(ordering: .sequentiallyConsistent) }
}
