import Foundation

/// How often each magnitude occurred, and the range that a calibration method takes from it.
package struct MagnitudeCounts: Sendable {
    /// Bin i holds `i·width ≤ |x| < (i+1)·width`.
    package let bins: [Double]
    /// How many of the first bin are exactly zero: every grid holds them without an error.
    package let zeros: Double
    package let width: Double
    package let largest: Double

    package init(bins: [Double], zeros: Double, width: Double, largest: Double) {
        self.bins = bins
        self.zeros = zeros
        self.width = width
        self.largest = largest
    }

    /// - Parameter levels: from zero to the end of the range, 127 signed, 255 unsigned.
    package func range(_ method: CalibrationMethod, levels: Int) -> Double {
        switch method {
        case .minmax: largest
        case .percentile: magnitude(holding: CalibrationMethod.percentileShare)
        case .mse: leastSquaredError(levels: levels)
        case .entropy: leastDivergence()
        }
    }

    /// The least bin edge (or the largest magnitude, if that is less) that at least `share` of all values do not exceed.
    package func magnitude(holding share: Double) -> Double {
        let needed = (share * bins.reduce(0, +)).rounded(.up)
        var seen = 0.0
        for (index, number) in bins.enumerated() {
            seen += number
            if seen >= needed { return edge(index) }
        }
        return largest
    }

    /// The bin edge c that makes the expected squared error least: (c / levels)² / 12 of rounding for each value within, (x - c)² of clipping for each beyond (Banner
    /// et al. 2019, arXiv:1810.05723, section 3, with the counts in place of a distribution). O(bins).
    package func leastSquaredError(levels: Int) -> Double {
        let total = bins.reduce(-zeros, +)
        var best = (error: Double.infinity, edge: largest)
        // Of the values beyond the edge: how many, their sum, their squares' sum.
        var beyond = (count: 0.0, sum: 0.0, squares: 0.0)
        for index in bins.indices.reversed() {
            let edge = edge(index), step = edge / Double(levels)
            let clipping = beyond.squares - 2 * edge * beyond.sum + edge * edge * beyond.count
            let error = (total - beyond.count) * step * step / 12 + clipping
            if error < best.error { best = (error, edge) }
            let centre = (Double(index) + 0.5) * width, number = bins[index]
            beyond.count += number
            beyond.sum += number * centre
            beyond.squares += number * centre * centre
        }
        return best.edge
    }

    /// The bin edge at which the distribution, clipped, diverges least (Kullback and Leibler) from itself in 128 levels, as TensorRT does it (Migacz 2017, "8-bit
    /// Inference with TensorRT", slides 33 to 40). Exact zeros are not counted, nor are empty bins ever filled. The edges tried are 1/128 of the bins apart. Where there are
    /// fewer values than ``leastValues``, the largest magnitude: so few are no distribution. O(bins · 128).
    package func leastDivergence() -> Double {
        let levels = 128
        var counts = bins
        counts[0] = max(counts[0] - zeros, 0)
        let total = counts.reduce(0, +)
        guard total >= Self.leastValues, counts.count > levels else { return largest }
        var best = (divergence: Double.infinity, edge: largest)
        var inside = counts[..<levels].reduce(0, +)
        let stride = max(counts.count / levels, 1)
        for end in levels...counts.count {
            if end > levels { inside += counts[end - 1] }
            guard (counts.count - end) % stride == 0 else { continue }
            let divergence = divergence(of: counts, end: end, levels: levels, inside: inside, total: total)
            if divergence < best.divergence { best = (divergence, edge(end - 1)) }
        }
        return best.edge
    }

    /// Below this, ``leastDivergence()`` keeps all.
    package static let leastValues = 2048.0

    private func divergence(of counts: [Double], end: Int, levels: Int, inside: Double, total: Double) -> Double {
        guard inside > 0 else { return .infinity }
        // What lies beyond goes to the last bin of the reference, but not of what is quantised.
        let outliers = total - inside
        var divergence = 0.0
        var first = 0
        for level in 0..<levels {
            let next = (level + 1) * end / levels
            var sum = 0.0
            var filled = 0.0
            for bin in first..<next {
                sum += counts[bin]
                filled += counts[bin] > 0 || (bin == end - 1 && outliers > 0) ? 1 : 0
            }
            if filled > 0 {
                let share = sum / filled / inside
                for bin in first..<next {
                    let reference = (counts[bin] + (bin == end - 1 ? outliers : 0)) / total
                    guard reference > 0 else { continue }
                    guard share > 0 else { return .infinity }
                    divergence += reference * log(reference / share)
                }
            }
            first = next
        }
        return divergence
    }

    private func edge(_ index: Int) -> Double { min(Double(index + 1) * width, largest) }
}
