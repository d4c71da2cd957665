import Dispatch
import Foundation
import Synchronization

/// Runs work that SIGINT or SIGTERM cancels; a second signal ends the process at once, with what a shell shows for SIGINT.
func untilSignalled<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    let seen = Mutex(false)
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
        source.setEventHandler {
            let isSecond = seen.withLock { seen in
                defer { seen = true }
                return seen
            }
            if isSecond { _exit(130) }
            task.cancel()
        }
        source.resume()
        return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
}
