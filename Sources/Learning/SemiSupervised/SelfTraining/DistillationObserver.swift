import Training

/// Who watches a self-training run.
package protocol DistillationObserver: TrainingObserver {
    /// - Parameter round: from 0.
    func pseudoLabelled(_ summary: PseudoLabelSummary, round: Int)
}
