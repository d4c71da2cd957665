import Foundation

/// Nemenyi's critical difference: treatments whose average ranks differ by less cannot be told apart. Source: Nemenyi 1963; Demšar 2006, section 3.2.2.
package struct CriticalDifference: Sendable, Codable, Equatable {
    package let alpha: Double
    /// The studentized range's quantile divided by √2.
    package let q: Double
    package let value: Double

    private enum CodingKeys: String, CodingKey {
        case alpha, q
        case value = "critical_difference"
    }

    /// - Parameter alpha: above 0, below 1.
    package init(treatments: Int, blocks: Int, alpha: Double = 0.05) {
        let k = Double(treatments)
        self.alpha = alpha
        q = StudentizedRange.quantile(1 - alpha, groups: treatments) / Double(2).squareRoot()
        value = q * (k * (k + 1) / (6 * Double(blocks))).squareRoot()
    }

    /// The largest groups of treatments that cannot be told apart, as the bars of a critical-difference diagram: indices by rank, groups of two or more.
    package func groups(_ averageRanks: [Double]) -> [[Int]] {
        let order = averageRanks.indices.sorted { averageRanks[$0] < averageRanks[$1] }
        var groups: [Range<Int>] = []
        for start in order.indices {
            let end = order[start...].lastIndex { averageRanks[$0] - averageRanks[order[start]] < value } ?? start
            if end > start, end + 1 > groups.last?.upperBound ?? 0 { groups.append(start..<(end + 1)) }
        }
        return groups.map { range in range.map { order[$0] } }
    }
}
