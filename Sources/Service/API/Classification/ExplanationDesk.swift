import Synchronization

/// The places of all explanations in the service, and the one thread that draws them.
///
/// 1. At most `places` explanations are inside, from the body's last byte to the answer; one more is refused at once.
/// 2. One overlay is drawn at a time: each holds a decoded picture of up to 100 megapixels.
/// 3. A place is given back when its body returns or throws, whether a client waits for it or not.
package final class ExplanationDesk: Sendable {
    private let places: Int
    private let inside = Mutex(0)
    private let drawing = DiskQueue(width: 1)

    /// - Parameter places: at least 1.
    package init(places: Int) { self.places = max(1, places) }

    /// - Throws: ``APIError/unavailable(_:retryAfterSeconds:)`` where all places are taken; what `body` throws.
    func withPlace<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        let isIn = inside.withLock { inside in
            guard inside < places else { return false }
            inside += 1
            return true
        }
        guard isIn else {
            throw APIError.unavailable(
                "\(places) explanations are under way, more may not be; come again in a second", retryAfterSeconds: 1)
        }
        defer { inside.withLock { $0 -= 1 } }
        return try await body()
    }

    /// Runs `work` on the drawing thread, behind what was asked before.
    ///
    /// - Parameter work: is given a function that throws `CancellationError` once nobody waits any more, to be called between its steps.
    /// - Throws: what `work` throws; `CancellationError`.
    func draw<Value: Sendable>(_ work: @escaping @Sendable (_ check: () throws -> Void) throws -> Value) async throws -> Value {
        let isUnwanted = Flag()
        return try await withTaskCancellationHandler {
            try await drawing.run {
                try work { if isUnwanted.isRaised { throw CancellationError() } }
            }
        } onCancel: {
            isUnwanted.raise()
        }
    }

    private final class Flag: Sendable {
        private let state = Atomic<Bool>(false)
        var isRaised: Bool { state.load(ordering: .acquiring) }
        func raise() { state.store(true, ordering: .releasing) }
    }
}
