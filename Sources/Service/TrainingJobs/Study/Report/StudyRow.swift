import Base
import Jobs
import Networks

/// One training of a study and what it came to.
struct StudyRow: Sendable, Codable, Equatable {
    /// What is compared of a training that succeeded.
    struct Outcome: Sendable, Codable, Equatable {
        /// Of the model in float, on the pictures that `evaluatedOn` names.
        let macroF1: Double
        let accuracy: Double
        /// Of the same network trained on the labelled pictures alone, where the training had that baseline.
        let supervisedMacroF1: Double?
        let evaluatedOn: String
        let parameters: Int
        let multiplyAdds: Int
        /// `float`, and `int8` where there is one.
        let precisions: [String: PrecisionOutcome]
        let pseudoLabels: PseudoLabelQuality?

        private enum CodingKeys: String, CodingKey {
            case accuracy, parameters, precisions
            case macroF1 = "macro_f1"
            case supervisedMacroF1 = "supervised_macro_f1"
            case evaluatedOn = "evaluated_on"
            case multiplyAdds = "multiply_adds"
            case pseudoLabels = "pseudo_labels"
        }
    }

    let job: ULID
    let dataset: String
    let network: String
    let isCompact: Bool
    let method: TrainSpecification.Method
    let seed: UInt64
    let model: String?
    let version: Int?
    let outcome: Outcome?
    /// Why there is no outcome.
    let failure: String?
    /// The pretrained weights it started from; nil: random ones.
    var weights: String?

    private enum CodingKeys: String, CodingKey {
        case job, dataset, network, method, seed, model, version, outcome, failure, weights
        case isCompact = "compact"
    }
}

extension StudyRow {
    /// - Parameters:
    ///   - report: of the training; nil where there is none.
    ///   - pseudoLabelAccuracy: where it is known.
    init(_ job: Job, _ work: TrainSpecification, report: TrainingReport?, pseudoLabelAccuracy: Double? = nil) {
        self.job = job.id
        dataset = work.dataset.description
        network = work.network
        isCompact = NetworkCatalogue.all.first { $0.name == work.network }?.isCompact ?? false
        method = work.method
        seed = work.seed
        weights = work.weights
        model = job.result?.model?.description
        version = job.result?.version
        outcome = job.state == .succeeded ? report.flatMap { Outcome($0, pseudoLabelAccuracy: pseudoLabelAccuracy) } : nil
        if outcome != nil {
            failure = nil
        } else if let error = job.error {
            failure = "\(error.title): \(error.detail)"
        } else {
            failure = job.state == .succeeded ? "its report cannot be read" : "it was \(job.state.rawValue)"
        }
    }
}

extension StudyRow.Outcome {
    init?(_ report: TrainingReport, pseudoLabelAccuracy: Double?) {
        guard let final = report.student ?? report.supervised else { return nil }
        macroF1 = final.macroF1
        accuracy = final.accuracy
        supervisedMacroF1 = report.student == nil ? nil : report.supervised?.macroF1
        evaluatedOn = report.evaluatedOn
        parameters = report.efficiency.parameters
        multiplyAdds = report.efficiency.multiplyAdds
        precisions = report.precisions
        pseudoLabels = PseudoLabelQuality(report, accuracy: pseudoLabelAccuracy)
    }
}
