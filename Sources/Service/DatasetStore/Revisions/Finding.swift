/// Something about a revision that its owner should know before training on it.
package struct Finding: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// A picture's bytes are gone from the disk or have another length than stored; left out of the revision.
        case corrupt
        /// The same bytes under several names.
        case exactDuplicate = "exact_duplicate"
        /// Pictures whose 64-bit difference hashes differ in few bits.
        case nearDuplicate = "near_duplicate"
        /// The same or nearly the same picture in more than one role, to learn from and to measure with: the measurement is not honest.
        case sameInTrainAndTest = "same_picture_in_train_and_test"
        /// The same bytes bear different labels.
        case conflictingLabels = "conflicting_labels"
        case classImbalance = "class_imbalance"
        case tooFewLabels = "too_few_labels"
        /// Pictures for validation or test that bear no label; they are not used.
        case unlabelledEvaluation = "unlabelled_evaluation"
        /// No pictures of role `test`: the report can measure nothing.
        case noTestPictures = "no_test_pictures"
    }

    package enum Severity: String, Sendable, Codable { case error, warning, information }

    package let kind: Kind
    package let severity: Severity
    /// How many groups of pictures, or classes, it concerns; `examples` may hold fewer.
    package let count: Int
    /// One sentence with the numbers in it.
    package let detail: String
    /// Names of pictures that belong together, or of classes; at most ``exampleLimit`` groups of at most ``exampleLimit`` names.
    package let examples: [[String]]

    package static let exampleLimit = 20

    init(kind: Kind, severity: Severity, count: Int, detail: String, examples: [[String]]) {
        self.kind = kind
        self.severity = severity
        self.count = count
        self.detail = detail
        self.examples = examples.prefix(Self.exampleLimit).map { Array($0.prefix(Self.exampleLimit)) }
    }
}
