import Evaluation
import Training

/// A picture that the model takes for another class, and how sure it is of it.
struct WrongPicture: Sendable, Codable, Equatable {
    /// How many a report holds at most.
    static let limit = 24

    let picture: String
    let label: String
    let predicted: String
    /// Of the predicted class, at the model's temperature.
    let probability: Double
    /// Of the true class.
    let labelProbability: Double

    private enum CodingKeys: String, CodingKey {
        case picture, label, predicted, probability
        case labelProbability = "label_probability"
    }

    /// The pictures with the least probability of their true class among those that are wrong, the worst first, at most ``limit``.
    ///
    /// - Parameters:
    ///   - logits: `[samples, classes]`.
    ///   - samples: as many; labels within `classes`.
    /// - Returns: each with its sample.
    static func worst(_ logits: [[Float]], samples: [TrainingSample], classes: [String], temperature: Double) -> [(
        wrong: WrongPicture, sample: TrainingSample
    )] {
        let all = zip(logits, samples).compactMap { row, sample -> (wrong: WrongPicture, sample: TrainingSample)? in
            let probabilities = Softmax.probabilities(row, temperature: temperature)
            let mode = Softmax.mode(probabilities)
            guard mode != sample.label, classes.indices.contains(mode), classes.indices.contains(sample.label) else { return nil }
            let wrong = WrongPicture(
                picture: sample.picture.name, label: classes[sample.label], predicted: classes[mode], probability: probabilities[mode],
                labelProbability: probabilities[sample.label])
            return (wrong, sample)
        }
        return Array(
            all.sorted { ($0.wrong.labelProbability, $0.wrong.picture) < ($1.wrong.labelProbability, $1.wrong.picture) }.prefix(limit))
    }
}
