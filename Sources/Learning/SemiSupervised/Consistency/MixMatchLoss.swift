import Evaluation
import Foundation

/// Cross-entropy of mixed labelled pictures towards their mixed labels, and squared error of mixed unlabelled ones towards their guessed labels.
/// Berthelot et al. 2019, arXiv:1905.02249, equations 2 to 5; learning.md, section 5.
package enum MixMatchLoss {
    /// - Parameters:
    ///   - logits: rows `[labelled | unlabelled]`, `[rows, classes]`.
    ///   - targets: of every row, probabilities, `[rows][classes]`.
    ///   - labelled: how many rows come from labelled pictures.
    ///   - weight: λ_u, at this step.
    ///   - classWeights: what each class counts for in the labelled part; nil: all 1.
    package static func evaluate(logits: [Float], targets: [[Double]], labelled: Int, weight: Double, classWeights: [Double]? = nil)
        -> ConsistencyLoss
    {
        let classes = targets.first?.count ?? 1
        let unlabelled = targets.count - labelled
        var gradient = [Float](repeating: 0, count: logits.count)
        var (supervised, unsupervised) = (0.0, 0.0)
        func weighted(_ target: [Double]) -> [Double] { classWeights.map { zip($0, target).map { $0 * $1 } } ?? target }
        let mass = targets.prefix(labelled).reduce(0) { $0 + weighted($1).reduce(0, +) }
        let total = mass > 0 ? mass : 1
        for (index, target) in targets.enumerated() {
            let row = logits[(index * classes)..<((index + 1) * classes)]
            let probabilities = Softmax.probabilities(row)
            if index < labelled {
                let target = weighted(target)
                let own = target.reduce(0, +)
                for one in 0..<classes {
                    supervised += target[one] * CrossEntropyOfRow.nats(row, one)
                    gradient[index * classes + one] = Float((own * probabilities[one] - target[one]) / total)
                }
            } else {
                let errors = zip(probabilities, target).map { $0 - $1 }
                let mean = zip(probabilities, errors).reduce(0) { $0 + $1.0 * $1.1 }
                unsupervised += errors.reduce(0) { $0 + $1 * $1 }
                let share = 2 * weight / Double(unlabelled * classes)
                for one in 0..<classes { gradient[index * classes + one] = Float(share * probabilities[one] * (errors[one] - mean)) }
            }
        }
        return ConsistencyLoss(
            supervised: supervised / total, unsupervised: unsupervised / Double(max(unlabelled, 1) * classes),
            gradient: gradient, pseudoLabels: targets.dropFirst(labelled).map { Softmax.mode($0) })
    }

    /// `q_i^(1/T) / Σ`: makes the likeliest class likelier for T below 1.
    package static func sharpened(_ probabilities: [Double], temperature: Double) -> [Double] {
        let powers = probabilities.map { pow($0, 1 / temperature) }
        let total = powers.reduce(0, +)
        return total > 0 ? powers.map { $0 / total } : probabilities
    }

    /// λ_u at a step: from 0 linearly to `maximum` over the first `share` of the steps.
    package static func weight(maximum: Double, step: Int, steps: Int, share: Double = 0.4) -> Double {
        let ramp = share * Double(steps)
        return ramp > 0 ? maximum * min(1, Double(step) / ramp) : maximum
    }
}
