import Dispatch
import ModelFormat
import Synchronization

/// Where lanes take what they compile and report that they are ready.
final class LaneStartup: Sendable {
    private let source: Mutex<LaneSource?>
    private let reports = Mutex<[Result<Report, any Error>]>([])
    private let ready = DispatchSemaphore(value: 0)

    /// What a lane that is ready says of itself.
    struct Report: Sendable {
        let canary: [Precision: [Float]]
        let memoryBytes: Int
    }

    init(_ source: LaneSource) { self.source = Mutex(source) }

    func take() throws(InferenceError) -> LaneSource {
        guard let source = source.withLock({ $0 }) else { throw .shuttingDown }
        return source
    }

    /// Each lane calls this once.
    func report(_ report: Result<Report, any Error>) {
        reports.withLock { $0.append(report) }
        ready.signal()
    }

    /// Waits for all lanes, lets the source go, and holds the lanes' answers to the canary picture against each other.
    /// - Returns: bytes of all lanes.
    /// - Throws: the first error of any lane; ``InferenceError/unstable(precision:difference:tolerance:)``.
    func wait(lanes: Int) throws -> Int {
        for _ in 0..<lanes { ready.wait() }
        source.withLock { $0 = nil }
        let reports = try reports.withLock { $0 }.map { try $0.get() }
        guard let first = reports.first else { return 0 }
        for other in reports.dropFirst() {
            for (precision, logits) in first.canary { try Canary.compare(logits, other.canary[precision] ?? [], precision) }
        }
        return reports.reduce(0) { $0 + $1.memoryBytes }
    }
}
