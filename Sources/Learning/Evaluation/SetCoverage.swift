/// What prediction sets are worth on labelled pictures.
package struct SetCoverage: Sendable, Codable, Equatable {
    package let samples: Int
    /// The share of pictures whose set holds the true class.
    package let coverage: Double
    /// Classes in a set, on average.
    package let meanSize: Double
    /// The share of pictures whose set holds one class: the confident answers.
    package let confidentShare: Double
    /// The share of the confident answers that are right; nil where there is none.
    package let confidentAccuracy: Double?

    private enum CodingKeys: String, CodingKey {
        case samples, coverage
        case meanSize = "mean_size"
        case confidentShare = "confident_share"
        case confidentAccuracy = "confident_accuracy"
    }

    /// - Parameters:
    ///   - probabilities: `[samples, classes]`, at least one sample.
    ///   - labels: true classes.
    /// - Throws: ``EvaluationError`` where there are no samples or counts differ.
    package init(_ sets: AdaptiveSets, probabilities: [[Double]], labels: [Int]) throws(EvaluationError) {
        guard !labels.isEmpty else { throw .empty(what: "labels") }
        guard probabilities.count == labels.count else {
            throw .countMismatch(what: "probabilities", got: probabilities.count, expected: labels.count)
        }
        let answers = probabilities.map(sets.classes)
        let total = Double(labels.count)
        samples = labels.count
        coverage = Double(zip(answers, labels).count { $0.contains($1) }) / total
        meanSize = Double(answers.reduce(0) { $0 + $1.count }) / total
        let confident = zip(answers, labels).filter { $0.0.count == 1 }
        confidentShare = Double(confident.count) / total
        confidentAccuracy = confident.isEmpty ? nil : Double(confident.count { $0.0.contains($0.1) }) / Double(confident.count)
    }
}
