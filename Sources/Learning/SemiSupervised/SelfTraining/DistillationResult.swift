import Training

/// Both networks of a plain distillation and what passed between them.
package struct DistillationResult: Sendable {
    package let teacher: TrainingResult
    package let student: TrainingResult
    package let pseudoLabels: PseudoLabelSummary
}
