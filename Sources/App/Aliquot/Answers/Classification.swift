import Inference

/// What a model says of one picture.
public struct Classification: Sendable, Equatable {
    /// One class and its probability.
    public struct Prediction: Sendable, Equatable {
        public let label: String
        /// 0…1; those of all classes sum to 1.
        public let probability: Double
    }

    /// The likeliest first.
    public let predictions: [Prediction]
    /// `float` or `int8`.
    public let precision: String
    /// Whether int8 was asked and not sure enough, so that float answered.
    public let wasInDoubt: Bool
    /// The classes among which the true one is as often as the model promises, the likeliest first; nil where it promises nothing.
    public let predictionSet: [String]?
    /// The forward pass, milliseconds.
    public let milliseconds: Double
    /// As the HTTP interface gives it.
    package let answer: Answer

    /// The likeliest class.
    public var label: String { predictions.first?.label ?? "" }
    /// Of ``label``.
    public var probability: Double { predictions.first?.probability ?? 0 }

    init(_ answer: Answer) {
        predictions = answer.predictions.map { Prediction(label: $0.label, probability: $0.probability) }
        precision = answer.precision.rawValue
        wasInDoubt = answer.inDoubt ?? false
        predictionSet = answer.predictionSet
        milliseconds = answer.timing.infer
        self.answer = answer
    }
}
