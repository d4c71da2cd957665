import Synchronization

/// Whether the service takes work. Set by the composition, read by `/readyz`, the jobs and the classify routes.
package final class ServiceStatus: Sendable {
    /// The life of a service: it only moves forward.
    package enum Phase: String, Sendable, Codable { case starting, ready, draining }

    private let state = Mutex<Phase>(.starting)

    package init() {}

    package var phase: Phase { state.withLock { $0 } }

    /// Everything is open and recovered; `/readyz` answers 200.
    package func becomeReady() { state.withLock { if $0 == .starting { $0 = .ready } } }

    /// A stop was asked for; `/readyz` answers 503 from now on.
    package func startDraining() { state.withLock { $0 = .draining } }
}

extension ServiceStatus {
    /// - Throws: ``APIError/unavailable(_:retryAfterSeconds:)`` while the service starts or stops.
    func requireReady() throws(APIError) {
        switch phase {
        case .ready: return
        case .starting: throw .unavailable("the service is starting", retryAfterSeconds: 2)
        case .draining: throw .unavailable("the service is stopping", retryAfterSeconds: 10)
        }
    }
}
