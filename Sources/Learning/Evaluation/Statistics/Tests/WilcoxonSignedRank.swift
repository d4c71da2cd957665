import Foundation

/// Wilcoxon's signed-rank test of paired samples, two-sided. Source: Wilcoxon 1945; Conover 1999, chapter 5.7. Pairs without a difference are left out.
package struct WilcoxonSignedRank: Sendable, Codable, Equatable {
    /// The smaller of the two sums of signed ranks.
    package let statistic: Double
    package let p: Double
    /// Pairs that differ.
    package let pairs: Int
    /// Whether p comes from all 2ⁿ signs (also with ties), or from the normal approximation with the correction for ties.
    package let isExact: Bool

    private enum CodingKeys: String, CodingKey {
        case statistic, p, pairs
        case isExact = "exact"
    }

    /// The most pairs for which all signs are counted.
    package static let exactLimit = 25

    /// - Returns: nil where no pair differs.
    /// - Throws: ``EvaluationError/countMismatch(what:got:expected:)``.
    package init?(_ a: [Double], _ b: [Double]) throws(EvaluationError) {
        guard a.count == b.count else { throw .countMismatch(what: "paired values", got: b.count, expected: a.count) }
        let differences = zip(a, b).map { $0 - $1 }.filter { $0 != 0 }
        guard !differences.isEmpty else { return nil }
        let sizes = differences.map { abs($0) }
        let ranks = Ranking.ascending(sizes)
        let positive = zip(differences, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
        let n = Double(differences.count)
        let all = n * (n + 1) / 2
        statistic = min(positive, all - positive)
        pairs = differences.count
        isExact = pairs <= Self.exactLimit
        if isExact {
            p = min(1, 2 * Self.lowerTail(statistic, ranks: ranks))
        } else {
            let variance = n * (n + 1) * (2 * n + 1) / 24 - Ranking.tieSum(sizes) / 48
            p = TailProbability.normalTwoSided((statistic - all / 2) / variance.squareRoot())
        }
    }

    /// P(sum of the ranks with a positive sign ≤ `sum`), every sign as likely: counted by sums of doubled ranks, which are whole also with ties. O(n³).
    private static func lowerTail(_ sum: Double, ranks: [Double]) -> Double {
        let doubled = ranks.map { Int(2 * $0) }
        var counts = [1.0] + [Double](repeating: 0, count: doubled.reduce(0, +))
        for rank in doubled {
            for total in stride(from: counts.count - 1, through: rank, by: -1) { counts[total] += counts[total - rank] }
        }
        return counts.prefix(Int(2 * sum) + 1).reduce(0, +) / pow(2, Double(ranks.count))
    }
}
