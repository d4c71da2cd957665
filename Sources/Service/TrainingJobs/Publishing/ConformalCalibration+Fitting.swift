import Evaluation
import ModelFormat
import Quantization

extension ConformalCalibration {
    /// Thresholds of the prediction sets, from the validation pictures; each precision has its own, because its probabilities are its own. Those of int8 are
    /// float's where it is in doubt, as they are in answers.
    ///
    /// - Parameters:
    ///   - float: the float network's logits of the validation pictures, a row each.
    ///   - labels: as many.
    init(
        alpha: Double, fitting float: [[Float]], _ quantised: NetworkQuantisation.Outcome?, labels: [Int], temperature: Double
    ) throws {
        var logits = [Precision.float: float]
        if let quantised, quantised.network != nil {
            logits[.int8] = PrecisionLook.answers(int8: quantised.validationLogits, float: float, below: quantised.margin)
        }
        let thresholds = try logits.mapValues { rows in
            try AdaptiveSets(
                fitting: rows.map { Softmax.probabilities($0, temperature: temperature) }, labels: labels, alpha: alpha
            ).threshold
        }
        self.init(alpha: alpha, samples: labels.count, thresholds: thresholds)
    }
}
