/// Something that a user should know while it happens.
package enum TrainingAlarm: Sendable, Equatable {
    /// No unlabelled picture was sure enough to be used.
    case noPseudoLabels(confidence: Double, likeliest: Double)
    /// One class takes more than 90 % of the pseudo-labels while the labelled set says otherwise.
    case collapse(classIndex: Int, share: Double, labelledShare: Double)

    /// The name that events and reports use.
    package var name: String {
        switch self {
        case .noPseudoLabels: "no_pseudo_labels"
        case .collapse: "collapse"
        }
    }
}
