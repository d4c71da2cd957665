import Foundation

/// The one-cycle learning rate with cosine annealing: up from maximum / 25 over the first 30 % of the steps, then down to a 250,000th of the maximum.
///
/// Source: Smith and Topin 2018; the same numbers as PyTorch's `OneCycleLR` with `pct_start=0.3, div_factor=25, final_div_factor=1e4` (momentum is not cycled).
package struct OneCycle: Sendable, Equatable {
    package let maximum: Double
    package let steps: Int

    private static let warmUpShare = 0.3
    private static let startDivisor = 25.0
    private static let endDivisor = 1e4

    package init(maximum: Double, steps: Int) {
        self.maximum = maximum
        self.steps = steps
    }

    /// - Parameter step: `0 ..< steps`; later ones keep the last rate. A cycle of one step runs at the maximum.
    package func rate(_ step: Int) -> Double {
        guard steps > 1 else { return maximum }
        let start = maximum / Self.startDivisor
        let peak = Self.warmUpShare * Double(steps) - 1
        let last = Double(steps - 1)
        let position = min(Double(step), last)
        if position <= peak { return anneal(from: start, to: maximum, share: peak > 0 ? position / peak : 1) }
        return anneal(from: maximum, to: start / Self.endDivisor, share: (position - peak) / (last - peak))
    }

    private func anneal(from start: Double, to end: Double, share: Double) -> Double {
        end + (start - end) / 2 * (1 + cos(Double.pi * share))
    }
}
