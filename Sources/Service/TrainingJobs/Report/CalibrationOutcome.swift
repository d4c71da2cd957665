import Evaluation

/// How honest the model's probabilities are, before and after the temperature: on the pictures that the report's figures come from.
struct CalibrationOutcome: Sendable, Codable {
    struct Honesty: Sendable, Codable {
        let logLoss: Double
        let brier: Double
        let expectedCalibrationError: Double

        private enum CodingKeys: String, CodingKey {
            case brier
            case logLoss = "log_loss"
            case expectedCalibrationError = "expected_calibration_error"
        }

        init(_ measures: ClassificationMeasures) {
            (logLoss, brier, expectedCalibrationError) = (measures.logLoss, measures.brier, measures.expectedCalibrationError)
        }
    }

    let before: Honesty
    let after: Honesty

    init(logits: [[Float]], labels: [Int], temperature: Double) throws(EvaluationError) {
        before = Honesty(try ClassificationMeasures(logits: logits, labels: labels))
        after = Honesty(try ClassificationMeasures(logits: logits, labels: labels, temperature: temperature))
    }
}
