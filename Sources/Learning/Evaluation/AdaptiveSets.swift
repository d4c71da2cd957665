/// Split conformal prediction with adaptive sets (APS): instead of one class a set that holds the true one with a chosen probability.
///
/// A class's score is the probability of all classes that are at least as likely, itself included. The threshold is the ⌈(n + 1)(1 − α)⌉-th smallest score of the true
/// classes of n held-out pictures; a new picture's set holds every class whose score is at most the threshold, and always the likeliest one. If the new picture
/// comes from where the held-out ones came from, the set holds its class with probability 1 − α or more.
/// Source: Romano, Sesia, Candès 2020, arXiv:2006.02544 (scores without their random part, which makes answers repeatable and sets a little larger); learning.md, section 6.
package struct AdaptiveSets: Sendable, Equatable {
    /// 0…1; 1 puts every class into every set.
    package let threshold: Double

    package init(threshold: Double) { self.threshold = threshold }

    /// - Parameters:
    ///   - probabilities: of held-out pictures, `[samples, classes]`, rows that sum to 1; at least one.
    ///   - labels: their true classes.
    ///   - alpha: how often a set may miss the true class, 0 < α < 1. With fewer than 1/α − 1 pictures nothing can be promised: then every set holds all classes.
    /// - Throws: ``EvaluationError`` where there is nothing to fit, counts differ, or a label or α is out of range.
    package init(fitting probabilities: [[Double]], labels: [Int], alpha: Double) throws(EvaluationError) {
        guard alpha > 0, alpha < 1 else { throw .outOfRange(name: "alpha", got: alpha, allowed: "0 < α < 1") }
        guard !probabilities.isEmpty else { throw .empty(what: "held-out pictures") }
        guard probabilities.count == labels.count else {
            throw .countMismatch(what: "labels", got: labels.count, expected: probabilities.count)
        }
        var scores: [Double] = []
        for (index, row) in probabilities.enumerated() {
            guard row.allSatisfy(\.isFinite) else { throw .notFinite(row: index) }
            guard row.indices.contains(labels[index]) else { throw .labelOutOfRange(index: index, got: labels[index], classes: row.count) }
            scores += Self.ranked(row).filter { $0.label == labels[index] }.map(\.score)
        }
        scores.sort()
        // (n + 1)(1 − α) of whole numbers should be one: without the small step 10 · 0.9 could be 9.000000000000002.
        let rank = Int(((Double(scores.count) + 1) * (1 - alpha) - 1e-9).rounded(.up))
        threshold = rank <= scores.count ? scores[max(0, rank - 1)] : 1
    }

    /// The set of one picture, the likeliest class first. Never empty for a row with a class.
    package func classes(of probabilities: [Double]) -> [Int] {
        Self.ranked(probabilities).enumerated().prefix { $0.offset == 0 || $0.element.score <= threshold }.map(\.element.label)
    }

    /// Classes by falling probability (equal ones in their order) with the sum of the probabilities down to each; that of the last is 1 whatever rounding makes of it.
    private static func ranked(_ row: [Double]) -> [(label: Int, score: Double)] {
        var sum = 0.0
        let order = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
        return order.enumerated().map { place, label in
            sum += row[label]
            return (label, place == order.count - 1 ? 1 : min(sum, 1))
        }
    }
}
