import Evaluation
import Foundation

/// FreeMatch's fairness term, the negative cross-entropy between what the network is expected to say of the classes and what it says of this batch's sure pictures, each class
/// divided by how often it was predicted: `L_f = Σ_c a_c · log b_c` with `a = normalised(p̃ / h̃)` and `b = normalised(p̄ / h̄)`.
/// Source: Wang et al. 2023, arXiv:2205.07246, "Self-adaptive fairness"; 1e-12 in the logarithm and 0 for a class that was never predicted are the authors' code.
package struct SelfAdaptiveFairness: Sendable, Equatable {
    private static let floor = 1e-12
    /// `a`: what the network is expected to say.
    private let expected: [Double]

    /// - Parameters:
    ///   - means: p̃, the running mean of each class's probability in weak views.
    ///   - histogram: h̃, the running share of weak views whose likeliest class it is.
    package init(means: [Double], histogram: [Double]) { expected = Self.balanced(means, by: histogram) }

    /// - Parameter rows: probabilities of the strong views whose weak view is sure, `[rows][classes]`.
    /// - Returns: L_f, and its gradient with respect to the logits of each row; 0 without rows.
    package func evaluate(_ rows: [[Double]]) -> (loss: Double, gradients: [[Double]]) {
        guard !rows.isEmpty else { return (0, []) }
        let count = Double(rows.count)
        let means = expected.indices.map { one in rows.reduce(0) { $0 + $1[one] } / count }
        let histogram = expected.indices.map { one in Double(rows.count { Softmax.mode($0) == one }) / count }
        let scale = histogram.map { $0 > 0 ? 1 / $0 : 0 }
        let total = zip(means, scale).reduce(0) { $0 + $1.0 * $1.1 }
        let present = zip(means, scale).map { $0 * $1 / total }
        let loss = zip(expected, present).reduce(0) { $0 + $1.0 * log($1.1 + Self.floor) }
        // Backwards through the logarithm, the normalisation, the mean and each row's softmax.
        let slopes = zip(expected, present).map { $0 / ($1 + Self.floor) }
        let drift = zip(slopes, present).reduce(0) { $0 + $1.0 * $1.1 }
        let ofMeans = zip(slopes, scale).map { ($0 - drift) * $1 / total / count }
        let gradients = rows.map { row in
            let shift = zip(row, ofMeans).reduce(0) { $0 + $1.0 * $1.1 }
            return zip(row, ofMeans).map { $0 * ($1 - shift) }
        }
        return (loss, gradients)
    }

    private static func balanced(_ values: [Double], by counts: [Double]) -> [Double] {
        let scaled = zip(values, counts).map { $1 > 0 ? $0 / $1 : 0 }
        let total = scaled.reduce(0, +)
        return total > 0 ? scaled.map { $0 / total } : scaled
    }
}
