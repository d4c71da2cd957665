/// P-values of the statistics that the tests of this folder make.
package enum TailProbability {
    /// P(χ² > `value`).
    package static func chiSquare(_ value: Double, freedom: Double) -> Double { IncompleteGamma.upper(freedom / 2, value / 2) }

    /// P(F > `value`); 0 for an infinite value.
    package static func f(_ value: Double, _ first: Double, _ second: Double) -> Double {
        guard value > 0 else { return 1 }
        return IncompleteBeta.regularized(second / (second + first * value), second / 2, first / 2)
    }

    /// P(|t| > |`value`|).
    package static func studentTwoSided(_ value: Double, freedom: Double) -> Double {
        IncompleteBeta.regularized(freedom / (freedom + value * value), freedom / 2, 0.5)
    }

    /// P(|Z| > |`z`|).
    package static func normalTwoSided(_ z: Double) -> Double { min(1, 2 * NormalDistribution.upperTail(abs(z))) }
}
