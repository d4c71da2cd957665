import Foundation

/// Shapiro and Wilk's test of normality. Source: Royston 1995, algorithm AS R94, Applied Statistics 44.
package enum ShapiroWilk {
    package static let sizes = 3...5000

    /// - Parameter sample: 3 to 5,000 values.
    /// - Returns: W and p; nil where all values are equal.
    /// - Throws: ``EvaluationError/outOfRange(name:got:allowed:)`` for another size; ``EvaluationError/notFinite(row:)``.
    package static func test(_ sample: [Double]) throws(EvaluationError) -> TestResult? {
        guard sizes.contains(sample.count) else {
            throw .outOfRange(name: "sample size", got: Double(sample.count), allowed: "\(sizes.lowerBound) to \(sizes.upperBound)")
        }
        if let row = sample.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: row) }
        let sorted = sample.sorted()
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard squares > 0, let low = sorted.first, let high = sorted.last, high - low > 1e-19 * max(1, abs(high)) else { return nil }
        let half = weights(sorted.count)
        var product = 0.0
        for (index, weight) in half.enumerated() { product += weight * (sorted[sorted.count - 1 - index] - sorted[index]) }
        let weightSquares = 2 * half.reduce(0) { $0 + $1 * $1 }
        // 1 − W as a product of differences: W is often close to 1.
        let root = (weightSquares * squares).squareRoot()
        let rest = max(0, (root - product) * (root + product) / (weightSquares * squares))
        return TestResult(statistic: 1 - rest, p: probability(rest, sorted.count))
    }

    /// The coefficients of the upper half of the ordered sample, the outermost first.
    private static func weights(_ count: Int) -> [Double] {
        guard count > 3 else { return [(1.0 / 2).squareRoot()] }
        let n = Double(count)
        // Expected normal order statistics (Blom 1958), negative: of the lower half.
        let scores = (1...(count / 2)).map { NormalDistribution.quantile((Double($0) - 0.375) / (n + 0.25)) }
        let sum = 2 * scores.reduce(0) { $0 + $1 * $1 }
        let root = sum.squareRoot()
        let small = 1 / n.squareRoot()
        let first = Polynomial.value([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], at: small) - scores[0] / root
        var given = [first]
        if count > 5 {
            given.append(Polynomial.value([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], at: small) - scores[1] / root)
        }
        let left = sum - 2 * scores.prefix(given.count).reduce(0) { $0 + $1 * $1 }
        let scale = (left / (1 - 2 * given.reduce(0) { $0 + $1 * $1 })).squareRoot()
        return given + scores.dropFirst(given.count).map { -$0 / scale }
    }

    /// - Parameter rest: 1 − W.
    private static func probability(_ rest: Double, _ count: Int) -> Double {
        let n = Double(count)
        if count == 3 {
            let smallest = asin((3.0 / 4).squareRoot())
            return max(0, 6 / Double.pi * (asin((1 - rest).squareRoot()) - smallest))
        }
        guard rest > 0 else { return 1 }
        var y = log(rest)
        let mean: Double, deviation: Double
        if count <= 11 {
            let limit = Polynomial.value([-2.273, 0.459], at: n)
            guard y < limit else { return 1e-99 }
            y = -log(limit - y)
            mean = Polynomial.value([0.544, -0.39978, 0.025054, -6.714e-4], at: n)
            deviation = exp(Polynomial.value([1.3822, -0.77857, 0.062767, -0.0020322], at: n))
        } else {
            let size = log(n)
            mean = Polynomial.value([-1.5861, -0.31082, -0.083751, 0.0038915], at: size)
            deviation = exp(Polynomial.value([-0.4803, -0.082676, 0.0030302], at: size))
        }
        return NormalDistribution.upperTail((y - mean) / deviation)
    }
}
