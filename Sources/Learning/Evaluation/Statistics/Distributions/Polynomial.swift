/// Polynomials with given coefficients.
enum Polynomial {
    /// Σ cᵢ xⁱ by Horner's rule; the constant stands first.
    static func value(_ coefficients: [Double], at x: Double) -> Double { coefficients.reversed().reduce(0) { $0 * x + $1 } }
}
