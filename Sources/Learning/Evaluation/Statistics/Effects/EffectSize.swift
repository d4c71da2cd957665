/// How large the difference of two paired samples is, in standard deviations.
package struct EffectSize: Sendable, Codable, Equatable {
    /// Mean of a less mean of b.
    package let meanDifference: Double
    /// Cohen's d with the pooled deviation √((s_a² + s_b²) / 2) (Cohen 1988); nil where both samples are constant.
    package let pooled: Double?
    /// d_z: mean difference by the deviation of the differences; nil where these are constant.
    package let paired: Double?

    private enum CodingKeys: String, CodingKey {
        case meanDifference = "mean_difference"
        case pooled = "cohens_d"
        case paired = "cohens_dz"
    }

    /// - Throws: ``EvaluationError/countMismatch(what:got:expected:)``; ``EvaluationError/empty(what:)`` for fewer than two pairs.
    package init(_ a: [Double], _ b: [Double]) throws(EvaluationError) {
        guard a.count == b.count else { throw .countMismatch(what: "paired values", got: b.count, expected: a.count) }
        let differences = zip(a, b).map { $0 - $1 }
        let (first, second, both) = (try SampleMoments(a), try SampleMoments(b), try SampleMoments(differences))
        guard let s = first.standardDeviation, let t = second.standardDeviation, let u = both.standardDeviation else {
            throw .empty(what: "pairs beyond the first")
        }
        let pooled = ((s * s + t * t) / 2).squareRoot()
        meanDifference = both.mean
        self.pooled = pooled > 0 ? both.mean / pooled : nil
        // Differences that are equal but for rounding have no deviation to divide by.
        paired = u > 1e-12 * max(1, abs(both.mean)) ? both.mean / u : nil
    }
}
