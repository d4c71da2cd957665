import Evaluation
import ModelFormat

/// Prediction sets: what they were fitted on, and what they are worth on the pictures that the report's figures come from.
struct ConformalOutcome: Sendable, Codable {
    struct OfPrecision: Sendable, Codable {
        /// The greatest score of a class that is in a set.
        let threshold: Double
        let coverage: SetCoverage
    }

    /// How often a set may miss the true class.
    let alpha: Double
    let validationPictures: Int
    /// By name: `float`, `int8`.
    let precisions: [String: OfPrecision]
    let note: String

    private enum CodingKeys: String, CodingKey {
        case alpha, precisions, note
        case validationPictures = "validation_pictures"
    }

    /// - Parameters:
    ///   - judged: by precision the probabilities of the pictures that the figures come from, `[samples, classes]`.
    ///   - labels: their classes.
    init(_ calibration: ConformalCalibration, judged: [Precision: [[Double]]], labels: [Int]) throws(EvaluationError) {
        var precisions: [String: OfPrecision] = [:]
        for (precision, rows) in judged {
            guard let threshold = calibration.threshold(precision) else { continue }
            let coverage = try SetCoverage(AdaptiveSets(threshold: threshold), probabilities: rows, labels: labels)
            precisions[precision.rawValue] = OfPrecision(threshold: threshold, coverage: coverage)
        }
        alpha = calibration.alpha
        validationPictures = calibration.samples
        self.precisions = precisions
        // ⌈(n + 1)(1 − α)⌉ ≤ n
        let needed = Int((1 / calibration.alpha - 1).rounded(.up))
        note =
            calibration.samples < needed
            ? "\(calibration.samples) validation pictures, \(needed) are needed to promise anything: every set holds all classes"
            : "fitted on \(calibration.samples) validation pictures"
    }
}
