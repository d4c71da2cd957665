/// Counts of |x| in 4096 bins of equal width, a power of two that is as small as the largest value allows.
///
/// A larger value doubles the width as often as needed, each time adding neighbouring bins: with powers of two that is exact, so the result depends neither on the
/// order of the values nor on how they were split over histograms.
package struct MagnitudeHistogram: Sendable, Equatable {
    package static let binCount = 4096

    /// Values seen.
    package private(set) var count = 0
    /// Values that were exactly zero.
    package private(set) var zeros = 0
    package private(set) var minimum = Float.infinity
    package private(set) var maximum = -Float.infinity
    /// Counts by magnitude: bin i holds `i·width ≤ |x| < (i+1)·width`.
    package private(set) var bins = [Int](repeating: 0, count: binCount)
    /// log2 of the width; nil while only zeros were seen.
    private var exponent: Int?

    package init() {}

    package var largestMagnitude: Float { count == 0 ? 0 : max(abs(minimum), abs(maximum)) }
    package var width: Float? { exponent.map { Float(sign: .plus, exponent: $0, significand: 1) } }

    /// O(values).
    /// - Returns: false, and nothing is added, where a value is not finite.
    package mutating func add(_ values: UnsafeBufferPointer<Float>) -> Bool {
        var low = Float.infinity
        var high = -Float.infinity
        var isFinite = true
        for value in values {
            isFinite = isFinite && value.isFinite
            low = value < low ? value : low
            high = value > high ? value : high
        }
        guard isFinite else { return false }
        guard !values.isEmpty else { return true }
        count += values.count
        minimum = min(minimum, low)
        maximum = max(maximum, high)
        widen(for: max(abs(low), abs(high)))
        guard let exponent else {
            bins[0] += values.count
            zeros += values.count
            return true
        }
        let perWidth = Float(sign: .plus, exponent: -exponent, significand: 1)
        var none = 0
        bins.withUnsafeMutableBufferPointer { bins in
            // A product with a power of two is exact, so that the bin is the true one and below 4096.
            for value in values {
                bins[Int(abs(value) * perWidth)] += 1
                none += value == 0 ? 1 : 0
            }
        }
        zeros += none
        return true
    }

    /// Adds what another histogram counted.
    package mutating func merge(_ other: MagnitudeHistogram) {
        guard other.count > 0 else { return }
        count += other.count
        zeros += other.zeros
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        widen(for: other.largestMagnitude)
        let shift = (exponent ?? 0) - (other.exponent ?? exponent ?? 0)
        for (index, number) in other.bins.enumerated() where number > 0 { bins[index >> min(shift, 63)] += number }
    }

    /// The least bin edge (or the largest magnitude, if that is less) that at least `share` of all values do not exceed. Off by at most one width.
    /// - Parameter share: 0 < share ≤ 1.
    package func magnitude(holding share: Double) -> Float {
        guard let width, share < 1 else { return largestMagnitude }
        let needed = Int((share * Double(count)).rounded(.up))
        var seen = 0
        for (index, number) in bins.enumerated() {
            seen += number
            if seen >= needed { return min(Float(index + 1) * width, largestMagnitude) }
        }
        return largestMagnitude
    }

    /// The range by a method, for so many levels from zero to its end. Two neighbouring bins are one for ``CalibrationMethod/entropy``: TensorRT has 2048.
    package func range(_ method: CalibrationMethod, levels: Int) -> Float {
        switch method {
        case .minmax: return largestMagnitude
        case .percentile: return magnitude(holding: CalibrationMethod.percentileShare)
        case .mse, .entropy:
            guard let width else { return 0 }
            let merged = method == .entropy ? 2 : 1
            let counts = stride(from: 0, to: bins.count, by: merged).map { Double(bins[$0..<($0 + merged)].reduce(0, +)) }
            let found = MagnitudeCounts(
                bins: counts, zeros: Double(zeros), width: Double(width) * Double(merged), largest: Double(largestMagnitude))
            return Float(found.range(method, levels: levels))
        }
    }

    private mutating func widen(for magnitude: Float) {
        guard magnitude > 0 else { return }
        // magnitude < 2^(e+1) = 4096 · 2^(e-11). Below 2^-100 finer bins would tell nothing.
        let needed = max(Int(magnitude.exponent) - 11, -100)
        guard let current = exponent else {
            exponent = needed
            return
        }
        guard needed > current else { return }
        let shift = min(needed - current, 63)
        var merged = [Int](repeating: 0, count: Self.binCount)
        for (index, number) in bins.enumerated() where number > 0 { merged[index >> shift] += number }
        bins = merged
        exponent = needed
    }
}
