import Training

/// Steps (b) of self-training: from the teachers' probabilities to the labels that are kept. Source: learning.md, section 4.
package enum PseudoLabelling {
    /// The arithmetic mean of the class probabilities over teachers × views, with equal weights.
    ///
    /// - Parameter members: `[teachers × views][pictures][classes]`, at least one member, all of one shape.
    /// - Returns: `[pictures][classes]`.
    package static func average(_ members: [[[Double]]]) -> [[Double]] {
        guard var total = members.first else { return [] }
        for member in members.dropFirst() {
            for picture in total.indices { for one in total[picture].indices { total[picture][one] += member[picture][one] } }
        }
        let share = Double(members.count)
        return total.map { $0.map { $0 / share } }
    }

    /// The likeliest class of each picture (the first of equal ones), where its probability is **strictly greater** than `confidence`.
    ///
    /// - Parameters:
    ///   - probabilities: `[pictures][classes]`.
    ///   - names: of the pictures.
    package static func keep(_ probabilities: [[Double]], names: [String], confidence: Double) -> [PseudoLabel] {
        zip(probabilities, names).compactMap { row, name in
            guard let label = row.indices.max(by: { (row[$0], $1) < (row[$1], $0) }), row[label] > confidence else { return nil }
            return PseudoLabel(picture: name, label: label, probability: row[label])
        }
    }

    /// At most so many of a class, the surest ones (of equal ones the first), in their order.
    /// - Parameter known: kept before; they count.
    package static func surest(_ labels: [PseudoLabel], atMost limit: Int, besides known: [PseudoLabel]) -> [PseudoLabel] {
        var room = Dictionary(grouping: known, by: \.label).mapValues { limit - $0.count }
        var isKept = [Bool](repeating: false, count: labels.count)
        for index in labels.indices.sorted(by: { (labels[$1].probability, $0) < (labels[$0].probability, $1) })
        where room[labels[index].label, default: limit] > 0 {
            room[labels[index].label, default: limit] -= 1
            isKept[index] = true
        }
        return labels.indices.filter { isKept[$0] }.map { labels[$0] }
    }

    /// What is wrong with the kept labels, seen from the labelled ones.
    package static func alarms(_ summary: PseudoLabelSummary, labelled: [Int]) -> [TrainingAlarm] {
        guard summary.kept > 0 else { return [.noPseudoLabels(confidence: summary.confidence, likeliest: summary.largestProbability)] }
        return summary.histogram.enumerated().compactMap { label, count in
            let share = Double(count) / Double(summary.kept)
            let labelledShare = Double(labelled.count { $0 == label }) / Double(max(1, labelled.count))
            return share > 0.9 && labelledShare < 0.9 ? .collapse(classIndex: label, share: share, labelledShare: labelledShare) : nil
        }
    }
}
