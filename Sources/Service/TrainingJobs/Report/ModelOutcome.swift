import Evaluation
import Training

/// One trained network: how it was trained, and what it does on the judged pictures. As JSON one flat object.
struct ModelOutcome: Sendable, Codable {
    let measured: NetworkOutcome
    let training: TrainingSummary

    var network: String { measured.network }
    var accuracy: Double { measured.accuracy }
    var macroF1: Double { measured.macroF1 }
    var intervals: NetworkOutcome.Intervals { measured.intervals }
    var measures: ClassificationMeasures { measured.measures }

    private enum CodingKeys: String, CodingKey { case training }

    init(measured: NetworkOutcome, training: TrainingSummary) {
        self.measured = measured
        self.training = training
    }

    init(from decoder: any Decoder) throws {
        measured = try NetworkOutcome(from: decoder)
        training = try decoder.container(keyedBy: CodingKeys.self).decode(TrainingSummary.self, forKey: .training)
    }

    func encode(to encoder: any Encoder) throws {
        try measured.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(training, forKey: .training)
    }
}
