import Evaluation

/// The temperature that the model's logits are divided by, and where it comes from.
struct TemperatureOutcome: Sendable, Codable, Equatable {
    let value: Double
    let note: String

    /// The temperature that a model has already.
    init(kept value: Double) {
        self.value = value
        note = "as the model had it"
    }

    /// Fewer validation pictures than this say nothing of how sure the network should be.
    static let fewestPictures = 30

    /// Fits a temperature where there are enough validation pictures and not all are right: where none is wrong, the likeliest temperature is 0.
    init(logits: [[Float]], labels: [Int]) throws(EvaluationError) {
        let wrong = zip(logits, labels).count { Softmax.mode($0.0) != $0.1 }
        guard labels.count >= Self.fewestPictures, wrong > 0 else {
            value = 1
            note =
                "not fitted: \(labels.count) validation pictures, \(wrong) of them wrong; needed are \(Self.fewestPictures) with one wrong"
            return
        }
        value = try TemperatureScaling.fit(logits: logits, labels: labels)
        note = "fitted on \(labels.count) validation pictures"
    }
}
