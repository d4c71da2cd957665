import Evaluation
import Training

/// Cross-entropy of labelled pictures, and of strong views of unlabelled ones towards the class that the weak view is sure of.
/// Sohn et al. 2020, arXiv:2001.07685, equations 3 and 4; learning.md, section 5.
package struct FixMatchLoss: Sendable {
    /// λ, the weight of the unlabelled part.
    package let weight: Double
    /// Of the labelled part: with its label smoothing and class weights.
    package let labelled: CrossEntropy
    /// FreeMatch's term and its weight.
    package let fairness: (term: SelfAdaptiveFairness, weight: Double)?

    package init(weight: Double, labelled: CrossEntropy = CrossEntropy(), fairness: (term: SelfAdaptiveFairness, weight: Double)? = nil) {
        self.weight = weight
        self.labelled = labelled
        self.fairness = fairness
    }

    /// - Parameters:
    ///   - logits: rows `[labelled | weak views | strong views]`, as many strong as weak ones, `[rows, classes]`.
    ///   - labels: of the labelled rows.
    ///   - thresholds: for each class the probability from which a weak view counts (`max q ≥ τ`).
    /// - Returns: gradients of the weak views are zero: they are targets.
    package func evaluate(logits: [Float], labels: [Int], thresholds: [Double]) -> ConsistencyLoss {
        let classes = thresholds.count
        let rows = logits.count / classes
        let unlabelled = (rows - labels.count) / 2
        let (supervised, slopes) = labelled.evaluate(logits: Array(logits.prefix(labels.count * classes)), labels: labels, classes: classes)
        var gradient = slopes + [Float](repeating: 0, count: logits.count - slopes.count)
        func row(_ index: Int) -> ArraySlice<Float> { logits[(index * classes)..<((index + 1) * classes)] }
        let share = weight / Double(max(1, unlabelled))
        var unsupervised = 0.0
        var largest = 0.0
        var pseudoLabels: [Int?] = []
        var sure: [(row: Int, probabilities: [Double])] = []
        for index in 0..<unlabelled {
            let probabilities = Softmax.probabilities(row(labels.count + index))
            let label = Softmax.mode(probabilities)
            largest = max(largest, probabilities[label])
            guard probabilities[label] >= thresholds[label] else {
                pseudoLabels.append(nil)
                continue
            }
            pseudoLabels.append(label)
            let strong = labels.count + unlabelled + index
            let predicted = Softmax.probabilities(row(strong))
            for one in 0..<classes { gradient[strong * classes + one] = Float(share * (predicted[one] - (one == label ? 1 : 0))) }
            unsupervised += CrossEntropyOfRow.nats(row(strong), label)
            sure.append((strong, predicted))
        }
        var loss = ConsistencyLoss(
            supervised: supervised, unsupervised: unlabelled == 0 ? 0 : unsupervised / Double(unlabelled), gradient: gradient,
            pseudoLabels: pseudoLabels, largestProbability: largest)
        if let fairness {
            let (value, slopes) = fairness.term.evaluate(sure.map(\.probabilities))
            loss.fairness = value
            for (row, slopes) in zip(sure.map(\.row), slopes) {
                for one in 0..<classes { loss.gradient[row * classes + one] += Float(fairness.weight * slopes[one]) }
            }
        }
        return loss
    }
}
