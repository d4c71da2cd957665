import Foundation
import Synchronization

/// A worker that is a child of this process. A thread of its own waits for it and reaps it.
final class LocalWorker: RunningWorker {
    private let pid: Int32
    /// Whether the process was reaped: from then on its number may belong to somebody else and must not be signalled.
    private let isReaped = Mutex(false)

    var processIdentifier: Int32? { pid }

    /// - Parameter onExit: called once, from the waiting thread, after the process has ended and its group was killed.
    init(pid: Int32, onExit: @escaping @Sendable (WorkerExit) -> Void) {
        self.pid = pid
        let reaper = Thread { [self] in onExit(reap()) }
        reaper.name = "aliquot.reaper.\(pid)"
        reaper.stackSize = 256 << 10
        reaper.start()
    }

    func terminate() { signal(SIGTERM, to: -pid) }
    func kill() { signal(SIGKILL, to: -pid) }

    private func signal(_ number: Int32, to target: Int32) {
        isReaped.withLock { isReaped in
            if !isReaped { Foundation.kill(target, number) }
        }
    }

    private func reap() -> WorkerExit {
        var information = siginfo_t()
        // WNOWAIT leaves the corpse, which keeps its number: signals sent meanwhile cannot hit a stranger.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return isReaped.withLock { isReaped in
            Foundation.kill(-pid, SIGKILL)  // what the worker started must not outlive it
            isReaped = true
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 {
                guard errno == EINTR else { return .unknown }
            }
            let signal = status & 0x7F  // WTERMSIG, WEXITSTATUS of wait(2)
            return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
        }
    }
}
