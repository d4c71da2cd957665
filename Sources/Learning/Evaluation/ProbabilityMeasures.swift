import Foundation

/// Measures of the probabilities themselves: how sharp, how honest, how well ordered.
package enum ProbabilityMeasures {
    /// The mean of -log p(true class), in nats. Probabilities are clipped below at 2⁻⁵², as scikit-learn does.
    package static func logLoss(_ probabilities: [[Double]], labels: [Int]) -> Double {
        mean(probabilities, labels) { row, label in -log(max(row[label], .ulpOfOne)) }
    }

    /// The mean squared distance between the probabilities and the one-hot truth, summed over classes: 0…2. Source: Brier 1950.
    package static func brier(_ probabilities: [[Double]], labels: [Int]) -> Double {
        mean(probabilities, labels) { row, label in
            row.indices.reduce(0) { $0 + (row[$1] - ($1 == label ? 1 : 0)) * (row[$1] - ($1 == label ? 1 : 0)) }
        }
    }

    /// The share of samples whose true class is among the `count` likeliest; equal probabilities are ranked by class index.
    package static func topAccuracy(_ count: Int, _ probabilities: [[Double]], labels: [Int]) -> Double {
        mean(probabilities, labels) { row, label in
            let ahead = row.indices.count { row[$0] > row[label] || (row[$0] == row[label] && $0 < label) }
            return ahead < count ? 1 : 0
        }
    }

    /// The mean gap between confidence and accuracy over equal-width bins `(lo, hi]`, weighted by their samples. Source: Guo et al. 2017.
    package static func expectedCalibrationError(_ probabilities: [[Double]], labels: [Int], bins: Int = 15) -> Double {
        let gaps = ReliabilityBin.bins(probabilities, labels: labels, count: bins).map {
            Double($0.samples) * abs($0.confidence - $0.accuracy)
        }
        return labels.isEmpty ? 0 : gaps.reduce(0, +) / Double(labels.count)
    }

    /// The mean, over the classes that have both positives and negatives, of the area under the one-against-rest ROC curve; nil where no class has.
    ///
    /// The area is the Mann-Whitney statistic with mid-ranks for ties. O(classes · n log n).
    package static func macroAUROC(_ probabilities: [[Double]], labels: [Int]) -> Double? {
        let classes = probabilities.first?.count ?? 0
        let areas = (0..<classes).compactMap { one in auroc(of: probabilities.map { $0[one] }, positives: labels.map { $0 == one }) }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    private static func auroc(of scores: [Double], positives: [Bool]) -> Double? {
        let positiveCount = positives.count { $0 }
        let negativeCount = positives.count - positiveCount
        guard positiveCount > 0, negativeCount > 0 else { return nil }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var rankSum = 0.0
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
            let midRank = Double(start + end + 1) / 2
            rankSum += midRank * Double(order[start..<end].count { positives[$0] })
            start = end
        }
        let positive = Double(positiveCount)
        return (rankSum - positive * (positive + 1) / 2) / (positive * Double(negativeCount))
    }

    private static func mean(_ rows: [[Double]], _ labels: [Int], _ value: ([Double], Int) -> Double) -> Double {
        labels.isEmpty ? 0 : zip(rows, labels).reduce(0) { $0 + value($1.0, $1.1) } / Double(labels.count)
    }
}
