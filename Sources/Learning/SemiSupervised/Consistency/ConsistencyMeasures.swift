import Training

/// What an epoch of a consistency method showed: losses, how many unlabelled pictures were used, and as what.
struct ConsistencyMeasures: Sendable, Codable, Equatable {
    private var steps = 0
    private var supervised = 0.0
    private var unsupervised = 0.0
    private var looks = 0
    private var counts: [Int: Int] = [:]
    private var fairness = 0.0
    private var largestProbability = 0.0
    /// Pseudo-labels of pictures whose label the evaluator knows, and how many of them are right.
    private var judged = 0
    private var right = 0

    /// - Parameter truth: for each of the loss's pseudo-labels the picture's own class, where the evaluator knows it.
    mutating func record(_ loss: ConsistencyLoss, truth: [Int?]) {
        steps += 1
        supervised += loss.supervised
        unsupervised += loss.unsupervised
        looks += loss.pseudoLabels.count
        for case let label? in loss.pseudoLabels { counts[label, default: 0] += 1 }
        fairness += loss.fairness
        largestProbability = max(largestProbability, loss.largestProbability)
        for case (let label?, let own?) in zip(loss.pseudoLabels, truth) {
            judged += 1
            right += label == own ? 1 : 0
        }
    }

    private var used: Int { counts.values.reduce(0, +) }

    /// `supervised_loss`, `unsupervised_loss`, `mask_rate`, and `pseudo_labels.INDEX` for each class; `fairness_loss` where the method has it;
    /// ``HiddenLabelAccuracy``'s measures where the evaluator knows labels.
    func summary(classes: Int, hasFairness: Bool, hasTruth: Bool) -> [String: Double] {
        var summary = [
            "supervised_loss": supervised / Double(max(1, steps)), "unsupervised_loss": unsupervised / Double(max(1, steps)),
            "mask_rate": Double(used) / Double(max(1, looks)),
        ]
        if hasFairness { summary["fairness_loss"] = fairness / Double(max(1, steps)) }
        if hasTruth { summary.merge(HiddenLabelAccuracy(judged: judged, right: right).measures) { own, _ in own } }
        for label in 0..<classes { summary["pseudo_labels.\(label)"] = Double(counts[label] ?? 0) }
        return summary
    }

    /// - Parameters:
    ///   - labelled: labels of the labelled pictures.
    ///   - fraction: how much of the run is over, 0…1.
    func alarms(labelled: [Int], threshold: Double, fraction: Double) -> [TrainingAlarm] {
        guard used > 0 else { return fraction >= 0.2 ? [.noPseudoLabels(confidence: threshold, likeliest: largestProbability)] : [] }
        return counts.sorted { $0.key < $1.key }.compactMap { label, count in
            let share = Double(count) / Double(used)
            let labelledShare = Double(labelled.count { $0 == label }) / Double(max(1, labelled.count))
            return share > 0.9 && labelledShare < 0.9 ? .collapse(classIndex: label, share: share, labelledShare: labelledShare) : nil
        }
    }
}
