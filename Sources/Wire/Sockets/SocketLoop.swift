import Base
import Foundation

/// Waits for sockets and does, one thing after the other, what their readiness, a clock and other threads give it to do. Nothing on it may block.
///
/// It has a thread of its own; where other threads fill the cores, they take its turns (``SocketTurns``). Never two at a time.
///
/// It is an executor as well: a task that prefers it runs between the sockets' turns. A request whose handler computes little then costs one change of thread to be
/// read and one to be answered, and no lock is held while it is (decision 0006).
///
/// Its thread ends when it is released, after what was given to it until then.
package final class SocketLoop: TaskExecutor, Sendable {
    let poller: SocketPoller

    /// - Parameters:
    ///   - name: of the thread, as `top -H` shows it; at most 15 bytes.
    ///   - turns: where other threads find its turns.
    /// - Throws: `SystemError` where the system has no descriptors left.
    package init(name: String, turns: SocketTurns = SocketTurns()) throws(SystemError) {
        let poller = try SocketPoller(turns: turns)
        self.poller = poller
        turns.add(poller)
        let thread = Thread { poller.run() }  // holds the poller, not this object
        thread.name = name
        thread.start()
    }

    deinit { poller.finish() }

    /// Whether the calling thread is at its turn.
    package var isCurrent: Bool { poller.isCurrent }

    /// Runs `work` on the loop, behind what was given to it before. From any thread.
    package func async(_ work: @escaping @Sendable () -> Void) { poller.give(.work(work)) }

    package func enqueue(_ job: consuming ExecutorJob) { poller.give(.job(UnownedJob(job), asUnownedTaskExecutor())) }
}
