import Base
import Sockets

/// The settings of a server.
package struct HTTPServerConfiguration: Sendable {
    package var address: SocketAddress
    /// Event loops, each owning its share of the connections. One for four cores: they only move bytes, one core saturates a 10 Gbit line, and a loop that
    /// serves many connections is woken less often for each.
    package var loops = max(1, Machine.current().cores / 4)
    /// Where threads that compute find the loops' turns.
    package var turns = SocketTurns()
    /// Connections at once; further ones wait in the backlog, and idle ones are closed to make room for them. 1024: at most 1 GiB of buffers when each is at its
    /// limits.
    package var maximumConnections = 1024
    /// Connections that the system holds for us before we accept them.
    package var backlog: Int32 = 512
    package var limits = ConnectionLimits()
    /// How often timeouts are looked at. A timeout fires at most this late.
    package var tick: Duration = .milliseconds(250)
    /// Called after every exchange on an event loop: must not block.
    package var accessLog: (@Sendable (AccessRecord) -> Void)?
    /// Called when a handler's stream or file failed after the head of the answer was sent, so that no status can tell. The client sees a cut body.
    package var onBrokenAnswer: (@Sendable (ServerRequest, any Error) -> Void)?

    package init(address: SocketAddress) { self.address = address }
}
