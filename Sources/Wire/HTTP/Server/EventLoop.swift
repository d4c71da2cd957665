import Base
import Dispatch
import Sockets

/// The connections that live on one ``SocketLoop``, and the timer of their deadlines. Nothing on it blocks.
///
/// `@unchecked Sendable`. Safe because everything but `sockets` and `services` is touched on `sockets` only.
final class EventLoop: @unchecked Sendable {
    /// What all connections of a server share.
    struct Services: Sendable {
        let configuration: HTTPServerConfiguration
        let handler: @Sendable (ServerRequest) async -> ServerResponse
        let makeRequestID: @Sendable () -> String
        let date: @Sendable () -> [UInt8]
        /// Called once for every adopted connection when it is closed.
        let onClose: @Sendable () -> Void
        /// Whether as many connections are open as may be.
        let isFull: @Sendable () -> Bool
    }

    let sockets: SocketLoop
    let services: Services
    /// Where every read of this loop lands. 64 KiB: beyond it a `recv` costs no less per byte.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var timer: (any DispatchSourceTimer)?

    /// - Throws: `SystemError` where the system has no descriptors left.
    init(number: Int, services: Services) throws(SystemError) {
        sockets = try SocketLoop(name: "http \(number)", turns: services.configuration.turns)
        self.services = services
    }

    deinit { buffer.deallocate() }

    /// Takes over an accepted descriptor. From any thread.
    func adopt(descriptor: Int32, peer: SocketAddress?) {
        sockets.async { [self] in
            let stream = SocketStream(descriptor: descriptor, peer: peer, loop: sockets)
            let connection = HTTPConnection(stream: stream, loop: self)
            connections[ObjectIdentifier(connection)] = connection
            if timer == nil { startTimer() }
            connection.open()
        }
    }

    /// The connection has closed itself.
    func remove(_ connection: HTTPConnection) {
        precondition(sockets.isCurrent)
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if connections.isEmpty {
            timer?.cancel()
            timer = nil
        }
        services.onClose()
    }

    /// Asks every connection to end after what it has in flight. From any thread.
    func drain() { sockets.async { [self] in for connection in connections.values { connection.drain() } } }

    /// Connections that one round of ``shed()`` closes: few enough to keep most, enough for the next clients of the backlog.
    static let shedAtOnce = 16

    /// Makes room: closes connections on which nothing is under way, those first that rest longest. From any thread.
    ///
    /// A client that keeps a connection open must be ready for its end (RFC 9112 section 9.3.1), one that waits in the backlog is not served at all.
    func shed() {
        sockets.async { [self] in
            let idle = connections.values.filter(\.canMakeRoom).sorted { $0.restsSince < $1.restsSince }
            for connection in idle.prefix(Self.shedAtOnce) { connection.makeRoom() }
        }
    }

    /// Cuts every connection. Returns when that is done.
    func abort() async {
        await withCheckedContinuation { continuation in
            sockets.async { [self] in
                for connection in connections.values { connection.take(.abort) }
                continuation.resume()
            }
        }
    }

    /// One timer for all deadlines of a loop: moving a deadline costs nothing, and an idle server does not wake up.
    private func startTimer() {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let tick = services.configuration.tick.components
        let interval = DispatchTimeInterval.nanoseconds(Int(tick.seconds) * 1_000_000_000 + Int(tick.attoseconds / 1_000_000_000))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in self?.tick() }
        self.timer = timer
        timer.resume()
    }

    private func tick() {
        sockets.async { [self] in
            for connection in connections.values { connection.tick() }
            if services.isFull() { shed() }
        }
    }
}
