import Training

/// What a semi-supervised training made of the unlabelled pictures.
struct PseudoLabelQuality: Sendable, Codable, Equatable {
    /// Share of the unlabelled pictures that was used; of a consistency method, in the epoch whose weights were kept.
    let maskRate: Double
    /// Of the pictures that were used, where the method keeps a list of them.
    let kept: Int?
    let meanProbability: Double?
    /// Share of the pseudo-labels that are right, where the evaluator knows labels of unlabelled pictures; nil where nobody does.
    let accuracy: Double?
    /// Share of each class among the pseudo-labels; empty where there are none.
    let classShares: [String: Double]

    private enum CodingKeys: String, CodingKey {
        case kept, accuracy
        case maskRate = "mask_rate"
        case meanProbability = "mean_probability"
        case classShares = "class_shares"
    }

    /// Nil for a training that used no unlabelled pictures.
    init?(_ report: TrainingReport, accuracy: Double?) {
        self.accuracy = accuracy
        let counts: [Double]
        if let summary = report.pseudoLabels {
            maskRate = summary.maskRate
            kept = summary.kept
            meanProbability = summary.kept > 0 ? summary.meanProbability : nil
            counts = summary.histogram.map(Double.init)
        } else if let training = report.student?.training, let best = training.history.first(where: { $0.epoch == training.bestEpoch }),
            let rate = best.measures["mask_rate"]
        {
            maskRate = rate
            kept = nil
            meanProbability = nil
            counts = report.classes.indices.map { best.measures["pseudo_labels.\($0)"] ?? 0 }
        } else {
            return nil
        }
        let total = counts.reduce(0, +)
        classShares = total > 0 ? Dictionary(zip(report.classes, counts.map { $0 / total })) { first, _ in first } : [:]
    }
}
