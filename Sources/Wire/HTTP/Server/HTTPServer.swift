import Dispatch
import Sockets
import Synchronization

/// An HTTP/1.1 server on a few event loops. Source: RFC 9110, RFC 9112.
///
/// ``start()`` once, ``shutdown(grace:)`` once; a server that was started must be shut down.
package final class HTTPServer: Sendable {
    private enum State {
        case new
        case running(Listener, [EventLoop])
        case ended
    }

    private let configuration: HTTPServerConfiguration
    private let handler: @Sendable (ServerRequest) async -> ServerResponse
    private let state = Mutex(State.new)
    private let open = Atomic<Int>(0)
    private let accepted = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)

    /// - Parameter handler: answers every request that could be read; usually ``Router/handle(_:)``. Runs in a task of its own, which is cancelled when the
    ///   client is gone. The task prefers the connection's event loop: a handler that computes for longer than some hundred microseconds does so on
    ///   `globalConcurrentExecutor`, or other connections wait. Streamed bodies are produced there anyway.
    package init(configuration: HTTPServerConfiguration, handler: @escaping @Sendable (ServerRequest) async -> ServerResponse) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Binds, listens and accepts. Returns the bound address (with the real port where 0 was asked for).
    ///
    /// - Throws: ``SocketsError``; `SystemError` where the system has no descriptors left; ``HTTPError/alreadyStarted``.
    package func start() throws -> SocketAddress {
        try state.withLock { state in
            guard case .new = state else { throw HTTPError.alreadyStarted }
            let ids = RequestIDSource()
            let dates = DateSource()
            let services = EventLoop.Services(
                configuration: configuration, handler: handler, makeRequestID: { ids.next() }, date: { dates.now() },
                onClose: { [weak self] in self?.closed() },
                isFull: { [weak self] in self.map { $0.connectionCount >= $0.configuration.maximumConnections } ?? false })
            let loops = try (0..<max(1, configuration.loops)).map { try EventLoop(number: $0, services: services) }
            let listener = try Listener(address: configuration.address, backlog: configuration.backlog) { [self] descriptor, peer in
                let number = accepted.add(1, ordering: .relaxed).newValue
                let count = open.add(1, ordering: .acquiringAndReleasing).newValue
                loops[number % loops.count].adopt(descriptor: descriptor, peer: peer)
                guard count >= configuration.maximumConnections else { return true }
                for loop in loops { loop.shed() }
                return false
            }
            listener.resume()
            state = .running(listener, loops)
            return listener.address
        }
    }

    /// Whether ``shutdown(grace:)`` has begun; readiness answers 503 then.
    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Connections open now.
    package var connectionCount: Int { open.load(ordering: .acquiring) }

    /// Stops accepting, closes idle connections, lets requests in flight finish with `Connection: close`, ends event streams, and after `grace` cuts what is left.
    ///
    /// Returns when every connection is closed and every handler's task has ended or been cancelled. A cancelled caller gives no grace. Nothing happens to a
    /// server that does not run.
    package func shutdown(grace: Duration) async {
        let running = state.withLock { state -> (Listener, [EventLoop])? in
            guard case .running(let listener, let loops) = state else { return nil }
            state = .ended
            return (listener, loops)
        }
        guard let (listener, loops) = running else { return }
        draining.store(true, ordering: .releasing)
        await listener.stop()  // every accepted connection is with its loop from here on
        for loop in loops { loop.drain() }
        let end = ContinuousClock.now + grace
        while connectionCount > 0, ContinuousClock.now < end, !Task.isCancelled {
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }  // cancelled: no grace
        }
        for loop in loops { await loop.abort() }
    }

    private func closed() {
        let count = open.subtract(1, ordering: .acquiringAndReleasing).oldValue
        guard count >= configuration.maximumConnections else { return }
        state.withLock { state in
            if case .running(let listener, _) = state { listener.resume() }
        }
    }
}
