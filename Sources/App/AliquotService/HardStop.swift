import Dispatch
import Foundation
import Synchronization

/// Ends the process at the second SIGTERM or SIGINT: who asks twice does not want to wait. Workers end by themselves or are taken up by the next start.
final class HardStop {
    /// What a shell shows for a program ended by SIGINT.
    static let exitCode: Int32 = 130

    private final class Count: Sendable {
        private let seen = Mutex(0)
        func next() -> Int {
            seen.withLock { seen in
                seen += 1
                return seen
            }
        }
    }

    private let sources: [any DispatchSourceSignal]

    /// Watches from now on.
    init() {
        let count = Count()
        sources = [SIGTERM, SIGINT].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: .global(qos: .userInteractive))
            source.setEventHandler { if count.next() >= 2 { _exit(Self.exitCode) } }
            source.resume()
            return source
        }
    }

    func cancel() { for source in sources { source.cancel() } }
}
