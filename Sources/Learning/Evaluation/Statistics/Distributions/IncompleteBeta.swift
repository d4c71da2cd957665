import Foundation

/// The regularized incomplete beta function I_x(a, b): the tails of t and F.
enum IncompleteBeta {
    /// - Parameters:
    ///   - x: 0…1.
    ///   - a: above 0.
    ///   - b: above 0.
    /// - Returns: I_x(a, b), about 1 part in 10¹³ where it is not below 10⁻³⁰⁰.
    /// - Source: DLMF 8.17.22 (continued fraction), evaluated by Lentz's method (Thompson and Barnett 1986); DLMF 8.17.4 (symmetry).
    static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast below the mean.
        guard x < (a + 1) / (a + b + 2) else { return 1 - fraction(1 - x, b, a) }
        return fraction(x, a, b)
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        let tiny = 1e-300
        func safe(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / safe(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...10_000 {
            let m = Double(step)
            for coefficient in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 / safe(1 + coefficient * d)
                c = safe(1 + coefficient / c)
                result *= c * d
            }
            if abs(c * d - 1) < 1e-15 { break }
        }
        return front * result
    }
}
