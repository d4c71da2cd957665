/// What validation must know of the dataset revision a job wants to learn from.
package struct DatasetFacts: Sendable, Equatable {
    /// Labelled pictures of role `train` for each class of the dataset; a class without any stands here with 0.
    package let labelledPerClass: [String: Int]
    /// Pictures of role `train` without a label.
    package let unlabelled: Int
    /// Labelled pictures of role `validation`.
    package let labelledValidation: Int

    package init(labelledPerClass: [String: Int], unlabelled: Int, labelledValidation: Int = 0) {
        self.labelledPerClass = labelledPerClass
        self.unlabelled = unlabelled
        self.labelledValidation = labelledValidation
    }
}
