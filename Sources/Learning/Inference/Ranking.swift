import Foundation

/// From logits to ranked probabilities. Pure.
package enum Ranking {
    /// `exp(logit / temperature)`, normalised; the largest logit is subtracted first, so that nothing overflows.
    /// - Parameters:
    ///   - logits: one row, finite, not empty.
    ///   - temperature: > 0; 1 changes nothing (Guo et al. 2017).
    package static func probabilities(_ logits: some Collection<Float>, temperature: Double) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let powers = logits.map { exp((Double($0) - largest) / temperature) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }

    /// The `count` likeliest classes, fewer if there are fewer. Equal ones keep the order of the classes.
    package static func top(_ count: Int, of probabilities: [Double], labels: [String]) -> [Answer.Prediction] {
        let order = probabilities.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
        return order.prefix(count).map { Answer.Prediction(label: labels[$0], probability: probabilities[$0]) }
    }
}
