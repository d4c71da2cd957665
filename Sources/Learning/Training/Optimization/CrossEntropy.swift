import Foundation

/// Softmax cross-entropy of a batch with its gradient. The same numbers as PyTorch's `cross_entropy` with `label_smoothing` and `weight`, mean reduction.
package struct CrossEntropy: Sendable, Equatable {
    /// The share of the target that is spread over all classes, `0 ..< 1`.
    package let smoothing: Double
    /// One weight per class, or all 1. The mean divides by the sum of the weights of the batch's labels.
    package let classWeights: [Double]?

    package init(smoothing: Double = 0, classWeights: [Double]? = nil) {
        self.smoothing = smoothing
        self.classWeights = classWeights
    }

    /// Weights that make every class count equally: n / (classes · n of the class); 1 for a class that does not occur.
    package static func balancedWeights(labels: [Int], classes: Int) -> [Double] {
        (0..<classes).map { label in
            let count = labels.count { $0 == label }
            return count == 0 ? 1 : Double(labels.count) / (Double(classes) * Double(count))
        }
    }

    /// - Parameters:
    ///   - logits: `[batch, classes]`, row-major.
    ///   - labels: `[batch]`, each `0 ..< classes`.
    ///   - soft: for each row a target that takes the label's place (its weight in the mean stays the label's); empty for none.
    ///   - mixture: rows that show two pictures are trained towards both targets, by their shares (Zhang et al. 2018, arXiv:1710.09412); nil for none.
    /// - Returns: the mean loss in nats, and its gradient with respect to the logits, `[batch, classes]`.
    package func evaluate(logits: [Float], labels: [Int], soft: [SoftTarget?] = [], mixture: MixUp? = nil, classes: Int) -> (
        loss: Double, gradient: [Float]
    ) {
        func parts(_ row: Int) -> [(source: Int, share: Double)] {
            guard let mixture else { return [(row, 1)] }
            return [(row, mixture.shares[row]), (mixture.partners[row], 1 - mixture.shares[row])]
        }
        let weight = labels.indices.reduce(0) { sum, row in
            parts(row).reduce(sum) { $0 + $1.share * (classWeights?[labels[$1.source]] ?? 1) }
        }
        // Where all labels of the batch weigh nothing there is nothing to learn.
        let total = weight > 0 ? weight : 1
        var gradient: [Float] = []
        gradient.reserveCapacity(logits.count)
        var loss = 0.0
        for row in labels.indices {
            let own = logits[(row * classes)..<((row + 1) * classes)]
            var slopes = [Double](repeating: 0, count: classes)
            for (source, share) in parts(row) where share > 0 {
                loss += share * term(own, label: labels[source], taught: soft.isEmpty ? nil : soft[source], share / total, &slopes)
            }
            gradient += slopes.map { Float($0) }
        }
        return (loss / total, gradient)
    }

    /// The loss of one row towards one target; `share` times its slope is added to `slopes`.
    private func term(
        _ logits: ArraySlice<Float>, label: Int, taught: SoftTarget?, _ share: Double, _ slopes: inout [Double]
    ) -> Double {
        let classes = slopes.count
        let temperature = taught?.temperature ?? 1
        let largest = Double(logits.max() ?? 0) / temperature
        let logSum = largest + log(logits.reduce(0) { $0 + exp(Double($1) / temperature - largest) })
        var mass = 0.0
        var targets = [Double](repeating: 0, count: classes)
        for one in 0..<classes {
            let weight = classWeights?[taught == nil ? one : label] ?? 1
            targets[one] = weight * (taught?.probabilities[one] ?? ((one == label ? 1 - smoothing : 0) + smoothing / Double(classes)))
            mass += targets[one]
        }
        var loss = 0.0
        for (one, logit) in logits.enumerated() {
            let logProbability = Double(logit) / temperature - logSum
            loss -= temperature * temperature * targets[one] * logProbability
            slopes[one] += temperature * (exp(logProbability) * mass - targets[one]) * share
        }
        return loss
    }
}
