import Base

/// What a worker has told so far: read from its events, always on the queue `watching`.
struct WorkerEvents: Sendable {
    private var tail: EventTail
    private(set) var progress: JobProgress?
    private(set) var metrics: [String: Double]
    /// Bad lines of earlier attempts.
    private let badLinesBefore: Int
    private var rate = RateEstimate()
    /// A worker that invents names for ever must not fill the memory.
    private static let metricLimit = 1000

    init(tail: EventTail, progress: JobProgress?, metrics: [String: Double], badLinesBefore: Int) {
        self.tail = tail
        self.progress = progress
        self.metrics = metrics
        self.badLinesBefore = badLinesBefore
    }

    var badLines: Int { badLinesBefore + tail.lines.badLines }
    /// How far the file was read, in bytes.
    var position: Int { tail.lines.position }

    /// Reads what the worker has written since, at most `pieces` pieces of 256 KiB. Returns whether there was anything.
    mutating func read(pieces: Int) throws(SystemError) -> Bool {
        let before = position
        for _ in 0..<pieces {
            let events = try tail.read()
            if events.isEmpty { break }
            for event in events { take(event) }
        }
        return position != before
    }

    private mutating func take(_ event: JobEvent) {
        if event.kind == .metric, let values = event.metrics {
            for (name, value) in values where metrics[name] != nil || metrics.count < Self.metricLimit { metrics[name] = value }
        }
        guard event.kind == .progress, var progress = event.progress else { return }
        rate.record(fraction: progress.fraction, at: event.time.seconds)
        progress.etaSeconds = progress.etaSeconds ?? rate.remaining(at: event.time.seconds)
        self.progress = progress
    }
}
