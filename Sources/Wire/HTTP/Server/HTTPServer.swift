import Dispatch
import Sockets

/// An HTTP/1.1 server.
package final class HTTPServer: Sendable {
    private let configuration: HTTPServerConfiguration
    private let handler: @Sendable (ServerRequest) async -> ServerResponse

    package init(configuration: HTTPServerConfiguration, handler: @escaping @Sendable (ServerRequest) async -> ServerResponse) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Binds, listens and accepts. Returns the bound address (with the real port where 0 was asked for).
    ///
    /// - Throws: ``SocketsError``; ``HTTPError/alreadyStarted``.
    package func start() throws -> SocketAddress { throw HTTPError.alreadyStarted }

    /// Whether ``shutdown(grace:)`` has begun; readiness answers 503 then.
    package var isDraining: Bool { false }

    /// Connections open now.
    package var connectionCount: Int { 0 }

    /// Stops accepting, closes idle connections, lets requests in flight finish with `Connection: close`, ends event streams, and after `grace` cuts what is left.
    /// Returns when every connection is closed and every handler's task has ended or been cancelled.
    package func shutdown(grace: Duration) async {}
}
