import Foundation

/// One number that makes a classifier's probabilities honest: logits are divided by it. Source: Guo et al. 2017.
package enum TemperatureScaling {
    /// The temperature that minimises the log loss of these logits.
    ///
    /// The log loss is convex in 1/T, so that a golden-section search over 1/T in [0.05, 20] finds its minimum to 1e-8.
    /// - Parameters:
    ///   - logits: of the validation pictures, `[samples, classes]`.
    ///   - labels: their true classes.
    /// - Throws: ``EvaluationError`` where there is nothing to fit, counts differ, a label is out of range or a logit is not finite.
    package static func fit(logits: [[Float]], labels: [Int]) throws(EvaluationError) -> Double {
        guard !logits.isEmpty else { throw .empty(what: "validation logits") }
        guard logits.count == labels.count else { throw .countMismatch(what: "labels", got: labels.count, expected: logits.count) }
        for (index, row) in logits.enumerated() {
            guard row.allSatisfy(\.isFinite) else { throw .notFinite(row: index) }
            guard row.indices.contains(labels[index]) else { throw .labelOutOfRange(index: index, got: labels[index], classes: row.count) }
        }
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (0.05, 20.0)
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (leftLoss, rightLoss) = (loss(logits, labels, inverse: left), loss(logits, labels, inverse: right))
        while high - low > 1e-8 {
            if leftLoss < rightLoss {
                (high, right, rightLoss) = (right, left, leftLoss)
                left = high - ratio * (high - low)
                leftLoss = loss(logits, labels, inverse: left)
            } else {
                (low, left, leftLoss) = (left, right, rightLoss)
                right = low + ratio * (high - low)
                rightLoss = loss(logits, labels, inverse: right)
            }
        }
        return 2 / (low + high)
    }

    /// Mean log loss in the log-sum-exp form, which never takes the logarithm of a probability that has become 0.
    private static func loss(_ logits: [[Float]], _ labels: [Int], inverse: Double) -> Double {
        zip(logits, labels).reduce(0) { total, pair in
            let row = pair.0.map { Double($0) * inverse }
            let largest = row.max() ?? 0
            return total + largest + log(row.reduce(0) { $0 + exp($1 - largest) }) - row[pair.1]
        } / Double(labels.count)
    }
}
