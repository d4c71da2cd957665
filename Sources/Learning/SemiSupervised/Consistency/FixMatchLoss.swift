import Evaluation

/// Cross-entropy of labelled pictures, and of strong views of unlabelled ones towards the class that the weak view is sure of.
/// Sohn et al. 2020, arXiv:2001.07685, equations 3 and 4; learning.md, section 5.
package struct FixMatchLoss: Sendable, Equatable {
    /// λ, the weight of the unlabelled part.
    package let weight: Double

    package init(weight: Double) { self.weight = weight }

    /// - Parameters:
    ///   - logits: rows `[labelled | weak views | strong views]`, as many strong as weak ones, `[rows, classes]`.
    ///   - labels: of the labelled rows.
    ///   - thresholds: for each class the probability from which a weak view counts (`max q ≥ τ`).
    /// - Returns: gradients of the weak views are zero: they are targets.
    package func evaluate(logits: [Float], labels: [Int], thresholds: [Double]) -> ConsistencyLoss {
        let classes = thresholds.count
        let rows = logits.count / classes
        let unlabelled = (rows - labels.count) / 2
        var gradient = [Float](repeating: 0, count: logits.count)
        func row(_ index: Int) -> ArraySlice<Float> { logits[(index * classes)..<((index + 1) * classes)] }
        /// Adds a cross-entropy's gradient and returns its value.
        func learn(_ index: Int, _ label: Int, share: Double) -> Double {
            let probabilities = Softmax.probabilities(row(index))
            for one in 0..<classes {
                gradient[index * classes + one] = Float(share * (probabilities[one] - (one == label ? 1 : 0)))
            }
            return CrossEntropyOfRow.nats(row(index), label)
        }
        var supervised = 0.0
        for (index, label) in labels.enumerated() { supervised += learn(index, label, share: 1 / Double(labels.count)) }
        var unsupervised = 0.0
        var pseudoLabels: [Int?] = []
        for index in 0..<unlabelled {
            let probabilities = Softmax.probabilities(row(labels.count + index))
            let label = Softmax.mode(probabilities)
            guard probabilities[label] >= thresholds[label] else {
                pseudoLabels.append(nil)
                continue
            }
            pseudoLabels.append(label)
            unsupervised += learn(labels.count + unlabelled + index, label, share: weight / Double(unlabelled))
        }
        return ConsistencyLoss(
            supervised: supervised / Double(labels.count), unsupervised: unlabelled == 0 ? 0 : unsupervised / Double(unlabelled),
            gradient: gradient, pseudoLabels: pseudoLabels)
    }
}
