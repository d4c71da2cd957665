import Foundation

/// Runs work that blocks on a thread of its own, so that Swift's pool stays free. The stack is deep enough for oneDNN's code generation.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try work() }) }
        thread.stackSize = 16 << 20
        thread.name = "aliquot.call"
        thread.start()
    }
}
