import Dispatch
import Foundation
import Synchronization

/// Ends the process at the second SIGTERM or SIGINT: who asks twice does not want to wait. Workers end by themselves or are taken up by the next start.
final class HardStop: Sendable {
    /// What a shell shows for a program ended by SIGINT.
    static let exitCode: Int32 = 130

    private let seen = Mutex(0)
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    func watch() {
        for signal in [SIGTERM, SIGINT] {
            let source = DispatchSource.makeSignalSource(signal: signal, queue: .global(qos: .userInteractive))
            source.setEventHandler { [self] in
                let total = seen.withLock { seen in
                    seen += 1
                    return seen
                }
                if total >= 2 { _exit(Self.exitCode) }
            }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }

    func cancel() { sources.withLock { $0.forEach { $0.cancel() } } }
}
