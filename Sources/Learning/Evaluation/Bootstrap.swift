import Base

/// Stratified bootstrap: every class is drawn again, with replacement, as often as it occurs. Source: Efron and Tibshirani 1993; learning.md, section 6.
package struct Bootstrap: Sendable {
    package let draws: Int
    package let seed: UInt64

    package init(draws: Int = 2000, seed: UInt64) {
        self.draws = draws
        self.seed = seed
    }

    /// The interval of any measure of labels and predictions. O(draws · n) calls of the random source.
    /// - Parameters:
    ///   - labels: true classes.
    ///   - predictions: for each of several classifiers, the predicted classes of the same samples.
    ///   - classes: how many there are.
    ///   - measure: from one confusion matrix a classifier to a number.
    /// - Throws: ``EvaluationError`` where there are no samples, counts differ or a class is out of range.
    package func interval(
        labels: [Int], predictions: [[Int]], classes: Int, of measure: ([ConfusionMatrix]) -> Double
    ) throws(EvaluationError) -> ConfidenceInterval {
        guard !labels.isEmpty else { throw .empty(what: "labels") }
        for row in predictions { _ = try ConfusionMatrix(labels: labels, predictions: row, classes: classes) }
        var random = SeededRandom(seed: seed, purpose: "bootstrap")
        let strata = (0..<classes).map { label in labels.indices.filter { labels[$0] == label } }
        var values: [Double] = []
        values.reserveCapacity(draws)
        var drawn = [Int](repeating: 0, count: labels.count)
        for _ in 0..<draws {
            var position = 0
            for stratum in strata where !stratum.isEmpty {
                for _ in stratum {
                    drawn[position] = stratum[Int(random.uniform() * Double(stratum.count))]
                    position += 1
                }
            }
            let drawnLabels = drawn.map { labels[$0] }
            var matrices: [ConfusionMatrix] = []
            for row in predictions {
                matrices.append(try ConfusionMatrix(labels: drawnLabels, predictions: drawn.map { row[$0] }, classes: classes))
            }
            values.append(measure(matrices))
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
