/// How much each part of what a network saw speaks for a class: a square grid of numbers 0…1, the strongest part 1.
package struct HeatMap: Sendable, Equatable {
    /// Rows, and columns.
    package let side: Int
    /// `[side, side]`, row-major, 0…1.
    package let values: [Float]
    /// What 1 stands for, in logits: the greatest sum of weighted channels. 0 where nothing speaks for the class; all values are 0 then.
    package let peak: Float

    /// - Parameter unscaled: `[side, side]`; what is below 0 speaks against the class and becomes 0.
    package init(side: Int, unscaled: [Float]) {
        let kept = unscaled.map { $0 > 0 ? $0 : 0 }
        let peak = unscaled.contains { $0.isNaN } ? .nan : kept.max() ?? 0
        self.side = side
        self.peak = peak
        values = peak > 0 && peak.isFinite ? kept.map { $0 / peak } : [Float](repeating: 0, count: unscaled.count)
    }

    /// `side` rows of `side` numbers.
    package var rows: [[Float]] { (0..<side).map { Array(values[($0 * side)..<(($0 + 1) * side)]) } }
}
