import Foundation
import Inference
import Synchronization

/// What each model version has answered since the service started, as the statistics extension of the Open Inference Protocol shows it. Times in nanoseconds.
package final class InferenceStatistics: Sendable {
    struct Duration: Sendable, Encodable, Equatable {
        var count = 0
        var ns = 0

        mutating func add(milliseconds: Double) {
            count += 1
            ns += Int(milliseconds * 1e6)
        }
    }

    struct Version: Sendable, Equatable {
        var success = Duration()
        var fail = Duration()
        var queue = Duration()
        var decode = Duration()
        var infer = Duration()
        /// Pictures by how many went through the network together.
        var byBatch: [Int: Duration] = [:]
        /// Milliseconds since 1970.
        var lastInference = 0

        mutating func add(_ timing: Answer.Timing, batch: Int, at now: Int) {
            success.add(milliseconds: timing.decode + timing.queue + timing.infer)
            queue.add(milliseconds: timing.queue)
            decode.add(milliseconds: timing.decode)
            infer.add(milliseconds: timing.infer)
            byBatch[batch, default: Duration()].add(milliseconds: timing.infer)
            lastInference = now
        }

        /// Forward passes.
        var executions: Int { byBatch.reduce(0) { $0 + ($1.value.count + $1.key - 1) / $1.key } }
    }

    private let versions = Mutex<[ModelVersionKey: Version]>([:])

    package init() {}

    func of(_ key: ModelVersionKey) -> Version { versions.withLock { $0[key] ?? Version() } }

    /// One picture that was answered.
    func record(_ key: ModelVersionKey, _ timing: Answer.Timing, batch: Int) {
        let now = Int(Date().timeIntervalSince1970 * 1000)
        versions.withLock { $0[key, default: Version()].add(timing, batch: batch, at: now) }
    }

    /// One picture that was not answered.
    func recordFailure(_ key: ModelVersionKey, milliseconds: Double) {
        versions.withLock { $0[key, default: Version()].fail.add(milliseconds: milliseconds) }
    }

    /// Forgets what was deleted, so that names that come and go do not fill the memory.
    func forget(_ key: ModelVersionKey) { versions.withLock { $0[key] = nil } }
}
