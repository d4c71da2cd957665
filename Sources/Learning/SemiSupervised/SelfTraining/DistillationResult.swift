import Training

/// The networks of a distillation and what passed between them.
package struct DistillationResult: Sendable {
    /// In the order of the recipes.
    package let teachers: [TrainingResult]
    /// The last round's.
    package let student: TrainingResult
    /// One for each round that labelled anything, at least one. Each counts all pictures kept so far.
    package let rounds: [PseudoLabelSummary]
    /// What the student learned from besides the labelled pictures.
    package let labels: [PseudoLabel]

    /// After the last round.
    package var pseudoLabels: PseudoLabelSummary { rounds[rounds.count - 1] }

    init(teachers: [TrainingResult], student: TrainingResult, rounds: [PseudoLabelSummary], labels: [PseudoLabel]) {
        precondition(!teachers.isEmpty && !rounds.isEmpty, "a distillation has a teacher and a round")
        self.teachers = teachers
        self.student = student
        self.rounds = rounds
        self.labels = labels
    }
}
