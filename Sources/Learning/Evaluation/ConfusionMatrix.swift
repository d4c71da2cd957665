/// How often each class was taken for each: `counts[true class][predicted class]`.
package struct ConfusionMatrix: Sendable, Codable, Equatable {
    package let counts: [[Int]]

    /// - Parameters:
    ///   - labels: true classes, `0 ..< classes`.
    ///   - predictions: predicted classes, as many.
    ///   - classes: at least 1.
    /// - Throws: ``EvaluationError/countMismatch(what:got:expected:)``, ``EvaluationError/labelOutOfRange(index:got:classes:)``.
    package init(labels: [Int], predictions: [Int], classes: Int) throws(EvaluationError) {
        guard predictions.count == labels.count else {
            throw .countMismatch(what: "predictions", got: predictions.count, expected: labels.count)
        }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: max(0, classes)), count: max(0, classes))
        for (index, pair) in zip(labels, predictions).enumerated() {
            for got in [pair.0, pair.1] where !counts.indices.contains(got) {
                throw .labelOutOfRange(index: index, got: got, classes: classes)
            }
            counts[pair.0][pair.1] += 1
        }
        self.counts = counts
    }

    package var classes: Int { counts.count }
    package var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
    package var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }
    /// How many samples each class has.
    package var support: [Int] { counts.map { $0.reduce(0, +) } }
    /// How often each class was predicted.
    package var predicted: [Int] { counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } } }

    package var accuracy: Double { total == 0 ? 0 : Double(correct) / Double(total) }

    /// Precision, recall, F1 and support of each class.
    package var perClass: [ClassMeasures] {
        let support = support
        let predicted = predicted
        return counts.indices.map { ClassMeasures(hits: counts[$0][$0], predicted: predicted[$0], support: support[$0]) }
    }

    /// The mean F1 of the classes that have support; 0 where none has.
    package var macroF1: Double { mean(of: \.f1) }
    /// The mean recall of the classes that have support.
    package var balancedAccuracy: Double { mean(of: \.recall) }
    /// The mean F1 weighted by support.
    package var weightedF1: Double { total == 0 ? 0 : perClass.reduce(0) { $0 + $1.f1 * Double($1.support) } / Double(total) }

    private func mean(of measure: KeyPath<ClassMeasures, Double>) -> Double {
        let supported = perClass.filter { $0.support > 0 }
        return supported.isEmpty ? 0 : supported.reduce(0) { $0 + $1[keyPath: measure] } / Double(supported.count)
    }
}
