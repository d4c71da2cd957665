import ModelFormat

/// What the network says of one picture, and what it cost.
package struct Answer: Sendable, Codable, Equatable {
    package struct Prediction: Sendable, Codable, Equatable {
        package let label: String
        /// 0…1; those of all classes sum to 1.
        package let probability: Double

        package init(label: String, probability: Double) {
            self.label = label
            self.probability = probability
        }
    }

    /// Wall time in milliseconds.
    package struct Timing: Sendable, Codable, Equatable {
        /// From bytes to normalised numbers.
        package let decode: Double
        /// Waiting: for a decoder, then for a lane.
        package let queue: Double
        /// The forward pass and the softmax.
        package let infer: Double

        package init(decode: Double, queue: Double, infer: Double) {
            self.decode = decode
            self.queue = queue
            self.infer = infer
        }
    }

    /// What the predictions were computed in.
    package let precision: Precision
    /// Int8 was asked and was in doubt: its two best classes were closer than its rounding, so float answered. Nil where it was not.
    package let inDoubt: Bool?
    /// The likeliest first; equal ones in the order of the classes.
    package let predictions: [Prediction]
    /// The classes among which the true one is with the probability that the model promises, the likeliest first; nil where the model has no conformal calibration.
    package let predictionSet: [String]?
    package let timing: Timing

    /// Whether the set holds one class only.
    package var isConfident: Bool? { predictionSet.map { $0.count == 1 } }

    package init(precision: Precision, inDoubt: Bool? = nil, predictions: [Prediction], predictionSet: [String]? = nil, timing: Timing) {
        self.precision = precision
        self.inDoubt = inDoubt
        self.predictions = predictions
        self.predictionSet = predictionSet
        self.timing = timing
    }

    enum CodingKeys: String, CodingKey {
        case precision, predictions, confident
        case inDoubt = "in_doubt"
        case predictionSet = "prediction_set"
        case timing = "timing_ms"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(precision, forKey: .precision)
        try container.encodeIfPresent(inDoubt, forKey: .inDoubt)
        try container.encode(predictions, forKey: .predictions)
        try container.encodeIfPresent(predictionSet, forKey: .predictionSet)
        try container.encodeIfPresent(isConfident, forKey: .confident)
        try container.encode(timing, forKey: .timing)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        precision = try container.decode(Precision.self, forKey: .precision)
        inDoubt = try container.decodeIfPresent(Bool.self, forKey: .inDoubt)
        predictions = try container.decode([Prediction].self, forKey: .predictions)
        predictionSet = try container.decodeIfPresent([String].self, forKey: .predictionSet)
        timing = try container.decode(Timing.self, forKey: .timing)
    }
}
