import Training

/// Who watches a self-training run.
package protocol DistillationObserver: TrainingObserver {
    func pseudoLabelled(_ summary: PseudoLabelSummary)
}
