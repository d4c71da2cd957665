import Evaluation

/// How honest the model's probabilities are: the data of the calibration plot, as the network gives them and divided by the model's temperature.
struct CalibrationOutcome: Sendable, Codable, Equatable {
    struct Form: Sendable, Codable, Equatable {
        let temperature: Double
        /// Over ``bins``.
        let expectedCalibrationError: Double
        let bins: [ReliabilityBin]

        private enum CodingKeys: String, CodingKey {
            case temperature, bins
            case expectedCalibrationError = "expected_calibration_error"
        }

        init(logits: [[Float]], labels: [Int], temperature: Double) {
            let rows = logits.map { Softmax.probabilities($0, temperature: temperature) }
            self.temperature = temperature
            bins = ReliabilityBin.bins(rows, labels: labels)
            expectedCalibrationError = ProbabilityMeasures.expectedCalibrationError(rows, labels: labels)
        }
    }

    let raw: Form
    /// What an answer of the model says; nil where the temperature is 1.
    let scaled: Form?

    init(logits: [[Float]], labels: [Int], temperature: Double) {
        raw = Form(logits: logits, labels: labels, temperature: 1)
        scaled = temperature == 1 ? nil : Form(logits: logits, labels: labels, temperature: temperature)
    }
}
