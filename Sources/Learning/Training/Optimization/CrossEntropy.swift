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
    /// - Returns: the mean loss in nats, and its gradient with respect to the logits, `[batch, classes]`.
    package func evaluate(logits: [Float], labels: [Int], soft: [SoftTarget?] = [], classes: Int) -> (loss: Double, gradient: [Float]) {
        let total = labels.reduce(0) { $0 + (classWeights?[$1] ?? 1) }
        var gradient = [Float](repeating: 0, count: logits.count)
        var loss = 0.0
        for (row, label) in labels.enumerated() {
            let range = (row * classes)..<((row + 1) * classes)
            let taught = soft.isEmpty ? nil : soft[row]
            let temperature = taught?.temperature ?? 1
            let largest = Double(logits[range].max() ?? 0) / temperature
            let logSum = largest + log(logits[range].reduce(0) { $0 + exp(Double($1) / temperature - largest) })
            var mass = 0.0
            var targets = [Double](repeating: 0, count: classes)
            for one in 0..<classes {
                let weight = classWeights?[taught == nil ? one : label] ?? 1
                targets[one] = weight * (taught?.probabilities[one] ?? ((one == label ? 1 - smoothing : 0) + smoothing / Double(classes)))
                mass += targets[one]
            }
            for one in 0..<classes {
                let logProbability = Double(logits[range.lowerBound + one]) / temperature - logSum
                loss -= temperature * temperature * targets[one] * logProbability
                gradient[range.lowerBound + one] = Float(temperature * (exp(logProbability) * mass - targets[one]) / total)
            }
        }
        return (loss / total, gradient)
    }
}
