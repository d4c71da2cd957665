/// How a training went, for the report.
package struct TrainingSummary: Sendable, Codable, Equatable {
    package let trainingPictures: Int
    package let validationPictures: Int
    /// Steps of the optimiser.
    package let steps: Int
    package let batch: Int
    /// From 1; the epoch whose weights were kept.
    package let bestEpoch: Int
    package let bestMacroF1: Double
    /// Early stopping ended it before its last epoch.
    package let stoppedEarly: Bool
    /// The share of the training time, validation left out, in which no batch was ready; nil in records of an earlier release.
    package let dataWaitShare: Double?
    package let history: [EpochMetrics]

    private enum CodingKeys: String, CodingKey {
        case steps, batch, history
        case trainingPictures = "training_pictures"
        case validationPictures = "validation_pictures"
        case bestEpoch = "best_epoch"
        case bestMacroF1 = "best_validation_macro_f1"
        case stoppedEarly = "stopped_early"
        case dataWaitShare = "data_wait_share"
    }
}
