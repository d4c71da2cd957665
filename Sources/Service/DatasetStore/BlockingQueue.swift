import Foundation

/// Runs calls that wait (disk, decoding) away from Swift's cooperative threads, a bounded number at a time.
struct BlockingQueue: Sendable {
    private let queue: OperationQueue

    init(label: String, width: Int) {
        queue = OperationQueue()
        queue.name = label
        queue.maxConcurrentOperationCount = width
    }

    /// Suspends until `work` has run on the queue; gives its result or throws its error.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result { try work() }) }
        }
    }
}
