import Foundation

/// The regularized upper incomplete gamma function Q(a, x): the tail of chi-square.
enum IncompleteGamma {
    /// - Parameters:
    ///   - a: above 0.
    ///   - x: 0 or more.
    /// - Returns: Q(a, x) = Γ(a, x) / Γ(a), about 1 part in 10¹³.
    /// - Source: DLMF 8.11.4 (series) below a + 1; DLMF 8.9.2 (continued fraction), by Lentz's method, above.
    static func upper(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        let front = exp(a * log(x) - x - lgamma(a))
        return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x)
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        for step in 1...10_000 {
            term *= x / (a + Double(step))
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var result = d
        for step in 1...10_000 {
            let coefficient = -Double(step) * (Double(step) - a)
            b += 2
            d = coefficient * d + b
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = b + coefficient / c
            if abs(c) < tiny { c = tiny }
            result *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return result
    }
}
