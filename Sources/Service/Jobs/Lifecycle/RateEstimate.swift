/// How long a job still takes, from how its fraction grew lately.
struct RateEstimate: Sendable {
    private var samples: [(seconds: Double, fraction: Double)] = []
    /// Enough to smooth over validation pauses, few enough to follow a phase of another speed.
    private static let window = 40

    /// - Parameter seconds: any monotonic clock.
    mutating func record(fraction: Double, at seconds: Double) {
        if let last = samples.last, fraction < last.fraction { samples.removeAll() }  // taken up again from an earlier checkpoint
        if samples.last?.fraction == fraction { return }
        samples.append((seconds, fraction))
        if samples.count > Self.window { samples.removeFirst() }
    }

    /// Seconds until the fraction is 1; nil as long as there is nothing to judge by.
    func remaining(at seconds: Double) -> Double? {
        guard let first = samples.first, let last = samples.last, last.fraction > first.fraction, last.seconds > first.seconds else {
            return nil
        }
        let rate = (last.fraction - first.fraction) / (last.seconds - first.seconds)
        return max(0, (1 - last.fraction) / rate - (seconds - last.seconds))
    }
}
