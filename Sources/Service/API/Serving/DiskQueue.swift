import Dispatch
import Foundation

/// Carries blocking work (files, SQLite, decoding) off Swift's cooperative threads: a Dispatch queue of bounded width.
///
/// Work beyond the width waits in order of arrival. A handler awaits ``run(_:)`` and blocks nothing.
package final class DiskQueue: Sendable {
    private let queue = OperationQueue()

    /// - Parameter width: how many pieces of work run at once, at least 1.
    package init(width: Int) {
        queue.name = "aliquot.disk"
        queue.maxConcurrentOperationCount = max(1, width)
        queue.qualityOfService = .userInitiated
    }

    /// Runs `work` on the queue and returns what it returns or throws what it throws.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
