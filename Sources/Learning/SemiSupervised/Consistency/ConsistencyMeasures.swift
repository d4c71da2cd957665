import Training

/// What an epoch of a consistency method showed: losses, how many unlabelled pictures were used, and as what.
struct ConsistencyMeasures: Sendable, Codable, Equatable {
    private var steps = 0
    private var supervised = 0.0
    private var unsupervised = 0.0
    private var looks = 0
    private var counts: [Int: Int] = [:]

    mutating func record(_ loss: ConsistencyLoss) {
        steps += 1
        supervised += loss.supervised
        unsupervised += loss.unsupervised
        looks += loss.pseudoLabels.count
        for case let label? in loss.pseudoLabels { counts[label, default: 0] += 1 }
    }

    private var used: Int { counts.values.reduce(0, +) }

    /// `supervised_loss`, `unsupervised_loss`, `mask_rate`, and `pseudo_labels.INDEX` for each class.
    func summary(classes: Int) -> [String: Double] {
        var summary = [
            "supervised_loss": supervised / Double(max(1, steps)), "unsupervised_loss": unsupervised / Double(max(1, steps)),
            "mask_rate": Double(used) / Double(max(1, looks)),
        ]
        for label in 0..<classes { summary["pseudo_labels.\(label)"] = Double(counts[label] ?? 0) }
        return summary
    }

    /// - Parameters:
    ///   - labelled: labels of the labelled pictures.
    ///   - fraction: how much of the run is over, 0…1.
    func alarms(labelled: [Int], threshold: Double, fraction: Double) -> [TrainingAlarm] {
        guard used > 0 else { return fraction >= 0.2 ? [.noPseudoLabels(confidence: threshold, likeliest: 0)] : [] }
        return counts.sorted { $0.key < $1.key }.compactMap { label, count in
            let share = Double(count) / Double(used)
            let labelledShare = Double(labelled.count { $0 == label }) / Double(max(1, labelled.count))
            return share > 0.9 && labelledShare < 0.9 ? .collapse(classIndex: label, share: share, labelledShare: labelledShare) : nil
        }
    }
}
