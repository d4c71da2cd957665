import Base
import Foundation

/// What is looked at again and again while workers run: on the serial queue `watching`, which alone reads event files for the board.
extension JobQueue {
    /// Looks now and then every ``JobQueueSettings/tailInterval``, until the queue is closed or gone.
    func startWatching() {
        watching.async { [weak self] in
            guard let self, !self.board.withLock({ $0.isClosed }) else { return }
            self.lookAtWorkers()
            self.watching.asyncAfter(deadline: DispatchTime.now().advanced(by: self.settings.tailInterval)) { [weak self] in
                self?.startWatching()
            }
        }
    }

    private func lookAtWorkers() {
        let now = DispatchTime.now()
        for (id, live) in board.withLock({ $0.live }) {
            if readEvents(of: id, pieces: 16) {
                signals.notify(id)
                if let study = live.study { signals.notify(study) }
            }
            boundLog(of: id)
            if let killAt = live.killAt, now >= killAt {
                live.worker?.kill()
            } else if live.killAt == nil, let limit = live.limit, now >= limit {
                decisions.async { self.absorb(.stopRequested(.timeLimit), to: id) }
            }
        }
    }

    /// A worker that prints without end must not fill the disk.
    func boundLog(of id: ULID) {
        do {
            if try JobLog(directories[id].log, limit: settings.logBytes).bound() {
                logger.warning("the log was cut", metadata: ["job": "\(id)", "limit": "\(settings.logBytes)"])
            }
        } catch {
            logger.warning("the log cannot be cut", metadata: ["job": "\(id)", "error": "\(error)"])
        }
    }

    /// Reads what the job's worker has written since; the board is locked only for taking and putting the values, never while reading.
    ///
    /// - Returns: whether there was anything new.
    @discardableResult
    func readEvents(of id: ULID, pieces: Int) -> Bool {
        dispatchPrecondition(condition: .onQueue(watching))
        guard let live = board.withLock({ $0.live[id] }) else { return false }
        var seen = live.seen
        do {
            guard try seen.read(pieces: pieces) else { return false }
        } catch {
            logger.warning("events cannot be read", metadata: ["job": "\(id)", "error": "\(error)"])
            return false
        }
        board.withLock { if $0.live[id]?.attempt == live.attempt { $0.live[id]?.seen = seen } }
        return true
    }
}
