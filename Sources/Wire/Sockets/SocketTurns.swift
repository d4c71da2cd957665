import Base
import Synchronization

/// The turns of the sockets' loops, for threads that compute: where they fill the cores, each takes the loops' turns itself between two pieces of its work, and the
/// loops' own threads are not woken. What a piece of work leads to (its answer, the client's next request) is then done without a change of thread (decision 0007).
///
/// Safe from any thread.
package final class SocketTurns: Sendable {
    private let pollers = Mutex<[SocketPoller]>([])
    private let computing = Atomic<Int>(0)
    private let cores: Int

    /// - Parameter cores: as many threads that compute leave none to the loops' own.
    package init(cores: Int = Machine.current().cores) { self.cores = cores }

    /// So many threads compute from now on, and will call ``take(after:)`` again and again.
    package func begin(threads: Int) { computing.add(threads, ordering: .relaxed) }

    /// They rest, and the loops' own threads watch the sockets again.
    package func end(threads: Int) {
        let before = computing.subtract(threads, ordering: .relaxed).oldValue
        guard before >= cores, before - threads < cores else { return }
        for poller in pollers.withLock({ $0 }) { poller.ring() }
    }

    /// Does `body`, and then one turn of each loop that no other thread is at: what `body` gave to it, what its sockets have, and what that leads to. Bounded: what is left
    /// is done by the loop's own thread.
    package func take(after body: () -> Void) { take(pollers.withLock { $0 }[...], after: body) }

    private func take(_ pollers: ArraySlice<SocketPoller>, after body: () -> Void) {
        guard let poller = pollers.first else { return body() }
        guard poller.beginTurn() else { return take(pollers.dropFirst(), after: body) }
        take(pollers.dropFirst(), after: body)
        poller.turn(events: Self.eventsOfAHelper)
        poller.endTurn()
    }

    /// Sockets that one turn on a thread that computes looks at: of most there is one picture or nothing.
    private static let eventsOfAHelper = 16

    /// Whether all cores compute.
    var areTaken: Bool { computing.load(ordering: .relaxed) >= cores }

    func add(_ poller: SocketPoller) { pollers.withLock { $0.append(poller) } }
    func remove(_ poller: SocketPoller) { pollers.withLock { $0.removeAll { $0 === poller } } }
}
