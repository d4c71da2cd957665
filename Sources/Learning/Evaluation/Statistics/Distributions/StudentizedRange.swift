import Foundation

/// The range of k independent standard normal variables: the studentized range with infinitely many degrees of freedom.
package enum StudentizedRange {
    /// P(range ≤ q) = k ∫ φ(z) [Φ(z) − Φ(z − q)]^(k−1) dz.
    ///
    /// The integrand is smooth and falls as a normal density, so the trapezoid rule converges exponentially (Trefethen and Weideman 2014): about 1 part in 10¹³ here.
    /// - Source: Tukey 1953; Hartley 1942, Biometrika 32.
    package static func cumulative(_ q: Double, groups: Int) -> Double {
        guard q > 0 else { return 0 }
        let step = 1.0 / 32
        var sum = 0.0
        // Beyond ±9 the density is below what a Double can add.
        for index in -288...288 {
            let z = Double(index) * step
            // Φ(z) − Φ(z − q) as a difference of whichever tails are small.
            let inside =
                z > q / 2
                ? NormalDistribution.upperTail(z - q) - NormalDistribution.upperTail(z)
                : NormalDistribution.cumulative(z) - NormalDistribution.cumulative(z - q)
            sum += NormalDistribution.density(z) * pow(inside, Double(groups - 1))
        }
        return min(1, Double(groups) * sum * step)
    }

    /// The q with P(range ≤ q) = `probability`, by bisection.
    ///
    /// - Parameters:
    ///   - probability: above 0, below 1.
    ///   - groups: k, at least 2.
    package static func quantile(_ probability: Double, groups: Int) -> Double {
        var (low, high) = (0.0, 16.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if cumulative(middle, groups: groups) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
