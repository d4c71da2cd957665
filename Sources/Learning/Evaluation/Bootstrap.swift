import Base

/// Stratified bootstrap: every class is drawn again, with replacement, as often as it occurs. Source: Efron and Tibshirani 1993; learning.md, section 6.
package struct Bootstrap: Sendable {
    package let draws: Int
    package let seed: UInt64

    package init(draws: Int = 2000, seed: UInt64) {
        self.draws = draws
        self.seed = seed
    }

    /// The interval of any measure of labels and predictions. O(draws · (n + classes)).
    /// - Parameters:
    ///   - labels: true classes.
    ///   - predictions: for each of several classifiers, the predicted classes of the same samples.
    ///   - classes: how many there are.
    ///   - measure: from the counts of each classifier to a number.
    /// - Throws: ``EvaluationError`` where there are no samples, counts differ or a class is out of range.
    package func interval(
        labels: [Int], predictions: [[Int]], classes: Int, of measure: ([ClassCounts]) -> Double
    ) throws(EvaluationError) -> ConfidenceInterval {
        guard !labels.isEmpty else { throw .empty(what: "labels") }
        for row in predictions { _ = try ConfusionMatrix(labels: labels, predictions: row, classes: classes) }
        var random = SeededRandom(seed: seed, purpose: "bootstrap")
        let strata = (0..<classes).map { label in labels.indices.filter { labels[$0] == label } }
        var values: [Double] = []
        values.reserveCapacity(draws)
        for _ in 0..<draws {
            var counts = [ClassCounts](repeating: ClassCounts(classes: classes), count: predictions.count)
            for stratum in strata where !stratum.isEmpty {
                for _ in stratum {
                    let drawn = stratum[Int(random.uniform() * Double(stratum.count))]
                    for classifier in predictions.indices {
                        counts[classifier].add(label: labels[drawn], prediction: predictions[classifier][drawn])
                    }
                }
            }
            values.append(measure(counts))
        }
        return try ConfidenceInterval(of: values)
    }

    package func accuracy(labels: [Int], predictions: [Int], classes: Int) throws(EvaluationError) -> ConfidenceInterval {
        try interval(labels: labels, predictions: [predictions], classes: classes) { $0[0].accuracy }
    }

    package func macroF1(labels: [Int], predictions: [Int], classes: Int) throws(EvaluationError) -> ConfidenceInterval {
        try interval(labels: labels, predictions: [predictions], classes: classes) { $0[0].macroF1 }
    }
}
