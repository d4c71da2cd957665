/// P-values of many comparisons at once.
package enum PValueAdjustment: Sendable, CaseIterable {
    /// Holm 1979: family-wise error, more powerful than Bonferroni.
    case holm
    case bonferroni
    /// Benjamini and Hochberg 1995: false discovery rate.
    case benjaminiHochberg

    /// Adjusted p-values in the given order, at most 1.
    package func adjust(_ p: [Double]) -> [Double] {
        let count = Double(p.count)
        switch self {
        case .bonferroni: return p.map { min(1, $0 * count) }
        case .holm:
            var largest = 0.0
            return stepwise(p, order: p.indices.sorted { p[$0] < p[$1] }) { place, value in
                largest = max(largest, min(1, value * (count - Double(place))))
                return largest
            }
        case .benjaminiHochberg:
            var smallest = 1.0
            return stepwise(p, order: p.indices.sorted { p[$0] > p[$1] }) { place, value in
                smallest = min(smallest, value * count / (count - Double(place)))
                return smallest
            }
        }
    }

    private func stepwise(_ p: [Double], order: [Int], _ adjusted: (_ place: Int, _ value: Double) -> Double) -> [Double] {
        var result = p
        for (place, index) in order.enumerated() { result[index] = adjusted(place, p[index]) }
        return result
    }
}
