import Evaluation

/// How honest the model's probabilities are, as the network gives them and divided by the model's temperature: on the pictures that the report's figures come from.
/// The bins are the data of the calibration plot.
struct CalibrationOutcome: Sendable, Codable, Equatable {
    struct Form: Sendable, Codable, Equatable {
        let temperature: Double
        let logLoss: Double
        let brier: Double
        /// Over ``bins``.
        let expectedCalibrationError: Double
        let bins: [ReliabilityBin]

        private enum CodingKeys: String, CodingKey {
            case temperature, brier, bins
            case logLoss = "log_loss"
            case expectedCalibrationError = "expected_calibration_error"
        }

        init(logits: [[Float]], labels: [Int], temperature: Double) throws(EvaluationError) {
            let measures = try ClassificationMeasures(logits: logits, labels: labels, temperature: temperature)
            self.temperature = temperature
            (logLoss, brier, expectedCalibrationError) = (measures.logLoss, measures.brier, measures.expectedCalibrationError)
            bins = ReliabilityBin.bins(logits.map { Softmax.probabilities($0, temperature: temperature) }, labels: labels)
        }
    }

    let raw: Form
    /// What an answer of the model says; nil where the temperature is 1.
    let scaled: Form?

    init(logits: [[Float]], labels: [Int], temperature: Double) throws(EvaluationError) {
        raw = try Form(logits: logits, labels: labels, temperature: 1)
        scaled = temperature == 1 ? nil : try Form(logits: logits, labels: labels, temperature: temperature)
    }
}
