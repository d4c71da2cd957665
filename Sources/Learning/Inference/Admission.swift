import Synchronization

/// Counts the pictures inside a predictor and refuses one too many.
final class Admission: Sendable {
    private struct State {
        var inside = 0
        var isOpen = true
        var answered = 0
        var failed = 0
        var refused = 0
    }

    private let state = Mutex(State())
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes a place, to be given back by ``leave(answered:)``.
    func enter() throws(InferenceError) {
        let refusal = state.withLock { state -> InferenceError? in
            guard state.isOpen else { return .shuttingDown }
            guard state.inside < limit else {
                state.refused += 1
                return .saturated(waiting: state.inside, limit: limit)
            }
            state.inside += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    func leave(answered: Bool) {
        state.withLock {
            $0.inside -= 1
            if answered { $0.answered += 1 } else { $0.failed += 1 }
        }
    }

    /// Lets nobody in any more.
    func close() { state.withLock { $0.isOpen = false } }

    var load: PredictorLoad {
        state.withLock { PredictorLoad(inside: $0.inside, capacity: limit, answered: $0.answered, failed: $0.failed, refused: $0.refused) }
    }
}
