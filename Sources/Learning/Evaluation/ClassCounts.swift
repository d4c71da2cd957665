/// What accuracy and F1 need of a confusion matrix: for each class how many samples it has, how often it was predicted and how often rightly. O(classes) where the matrix is O(classes²).
package struct ClassCounts: Sendable, Equatable {
    package var hits: [Int]
    package var predicted: [Int]
    package var support: [Int]

    package init(classes: Int) {
        hits = [Int](repeating: 0, count: classes)
        predicted = hits
        support = hits
    }

    /// Counts one sample; both classes must be below the number of classes.
    package mutating func add(label: Int, prediction: Int) {
        support[label] += 1
        predicted[prediction] += 1
        if label == prediction { hits[label] += 1 }
    }

    /// The same as ``ConfusionMatrix/accuracy``.
    package var accuracy: Double {
        let total = support.reduce(0, +)
        return total == 0 ? 0 : Double(hits.reduce(0, +)) / Double(total)
    }

    /// The same as ``ConfusionMatrix/macroF1``.
    package var macroF1: Double {
        var sum = 0.0
        var supported = 0
        for one in support.indices where support[one] > 0 {
            sum += ClassMeasures(hits: hits[one], predicted: predicted[one], support: support[one]).f1
            supported += 1
        }
        return supported == 0 ? 0 : sum / Double(supported)
    }
}
