/// A 95 % interval by the percentile bootstrap.
package struct ConfidenceInterval: Sendable, Codable, Equatable {
    package let low: Double
    package let high: Double

    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The 2.5 % and 97.5 % quantiles (linear between neighbours, NumPy's default) of some draws.
    /// - Throws: ``EvaluationError/empty(what:)`` where there is none.
    package init(of draws: [Double]) throws(EvaluationError) {
        guard !draws.isEmpty else { throw .empty(what: "bootstrap draws") }
        let sorted = draws.sorted()
        func quantile(_ share: Double) -> Double {
            let position = share * Double(sorted.count - 1)
            let below = Int(position)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
        }
        low = quantile(0.025)
        high = quantile(0.975)
    }
}
