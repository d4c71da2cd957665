/// What is known at the end of an epoch.
package struct EpochMetrics: Sendable, Codable, Equatable {
    /// From 1.
    package let epoch: Int
    /// Mean cross-entropy of the training batches, nats.
    package let trainLoss: Double
    package let validationLoss: Double
    package let validationAccuracy: Double
    package let validationMacroF1: Double
    /// The head's rate at the last step.
    package let learningRate: Double
    /// Training pictures a second, this epoch.
    package let imagesPerSecond: Double
    /// The share of the epoch's training time in which no batch was ready; nil in records of an earlier release.
    package let dataWaitShare: Double?
    /// The best epoch so far is this one.
    package let isBest: Bool
    /// What the procedure counted besides, by name.
    package let measures: [String: Double]

    private enum CodingKeys: String, CodingKey {
        case epoch
        case trainLoss = "train_loss"
        case validationLoss = "validation_loss"
        case validationAccuracy = "validation_accuracy"
        case validationMacroF1 = "validation_macro_f1"
        case learningRate = "learning_rate"
        case imagesPerSecond = "images_per_s"
        case dataWaitShare = "data_wait_share"
        case isBest = "is_best"
        case measures
    }
}
