import Base
import Foundation
import Synchronization

/// Wakes those who wait for a change of a job. Nobody is woken in vain, nobody holds a lock while waiting.
final class ChangeSignals: Sendable {
    private struct State {
        var waiting: [ULID: [UInt64: AsyncStream<Void>.Continuation]] = [:]
        var next: UInt64 = 0
        var isClosed = false
    }
    private let state = Mutex(State())
    private let clock = DispatchQueue(label: "aliquot.jobs.clock")

    /// A sequence with one element for each change (several at once may be one) from now on; it ends at `deadline` or when the queue is closed. Register first, then look.
    func changes(of job: ULID, until deadline: DispatchTime) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state -> UInt64? in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.waiting[job, default: [:]][state.next] = continuation
            return state.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.forget(job, key) }
        clock.asyncAfter(deadline: deadline) { continuation.finish() }
        return stream
    }

    func notify(_ job: ULID) {
        for continuation in state.withLock({ Array($0.waiting[job, default: [:]].values) }) { continuation.yield() }
    }

    /// Ends all waiting, now and from now on.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            return state.waiting.values.flatMap(\.values)
        }
        for continuation in all { continuation.finish() }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    private func forget(_ job: ULID, _ key: UInt64) {
        state.withLock { state in
            state.waiting[job]?[key] = nil
            if state.waiting[job]?.isEmpty == true { state.waiting[job] = nil }
        }
    }
}
