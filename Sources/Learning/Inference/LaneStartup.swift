import Dispatch
import Synchronization

/// Where lanes take what they compile and report that they are ready.
final class LaneStartup: Sendable {
    private let source: Mutex<LaneSource?>
    private let failure = Mutex<(any Error)?>(nil)
    private let ready = DispatchSemaphore(value: 0)

    init(_ source: LaneSource) { self.source = Mutex(source) }

    func take() throws(InferenceError) -> LaneSource {
        guard let source = source.withLock({ $0 }) else { throw .shuttingDown }
        return source
    }

    /// Each lane calls this once.
    func report(_ error: (any Error)?) {
        if let error { failure.withLock { if $0 == nil { $0 = error } } }
        ready.signal()
    }

    /// Waits for all lanes, lets the source go, and throws the first error of any.
    func wait(lanes: Int) throws {
        for _ in 0..<lanes { ready.wait() }
        source.withLock { $0 = nil }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
