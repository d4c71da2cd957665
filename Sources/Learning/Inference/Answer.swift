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
    package let timing: Timing

    package init(precision: Precision, inDoubt: Bool? = nil, predictions: [Prediction], timing: Timing) {
        self.precision = precision
        self.inDoubt = inDoubt
        self.predictions = predictions
        self.timing = timing
    }

    enum CodingKeys: String, CodingKey {
        case precision, predictions
        case inDoubt = "in_doubt"
        case timing = "timing_ms"
    }
}
