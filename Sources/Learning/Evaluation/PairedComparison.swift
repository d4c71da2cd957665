import Foundation

/// Whether one classifier beats another on the same pictures. Source: learning.md, section 5, last paragraph.
package struct PairedComparison: Sendable, Codable, Equatable {
    package enum Verdict: String, Sendable, Codable {
        case useCandidate = "use semi-supervised"
        case noEvidence = "no evidence of a gain"
        case useBaseline = "use baseline"
    }

    /// Macro-F1 of the candidate less that of the baseline.
    package let macroF1Gain: Double
    package let macroF1GainInterval: ConfidenceInterval
    package let accuracyGain: Double
    /// Samples that only the candidate, and only the baseline, gets right.
    package let onlyCandidateRight: Int
    package let onlyBaselineRight: Int
    /// McNemar's exact, two-sided.
    package let mcNemarP: Double
    /// A gain counts where the interval leaves out 0 **and** p is below 0.05: either alone claims one too often where there is none (the interval in one of 16 comparisons of
    /// two equal classifiers on 24 pictures). For a loss one of both is enough: the baseline is the cheaper choice.
    package let verdict: Verdict

    private enum CodingKeys: String, CodingKey {
        case verdict
        case macroF1Gain = "macro_f1_gain"
        case macroF1GainInterval = "macro_f1_gain_interval_95"
        case accuracyGain = "accuracy_gain"
        case onlyCandidateRight = "only_candidate_right"
        case onlyBaselineRight = "only_baseline_right"
        case mcNemarP = "mcnemar_p"
    }

    /// - Parameters:
    ///   - candidate: its predicted classes.
    ///   - baseline: its predicted classes of the same samples.
    /// - Throws: ``EvaluationError`` where there are no samples, counts differ or a class is out of range.
    package init(candidate: [Int], baseline: [Int], labels: [Int], classes: Int, bootstrap: Bootstrap) throws(EvaluationError) {
        let first = try ConfusionMatrix(labels: labels, predictions: candidate, classes: classes)
        let second = try ConfusionMatrix(labels: labels, predictions: baseline, classes: classes)
        macroF1Gain = first.macroF1 - second.macroF1
        accuracyGain = first.accuracy - second.accuracy
        macroF1GainInterval = try bootstrap.interval(labels: labels, predictions: [candidate, baseline], classes: classes) {
            $0[0].macroF1 - $0[1].macroF1
        }
        onlyCandidateRight = labels.indices.count { candidate[$0] == labels[$0] && baseline[$0] != labels[$0] }
        onlyBaselineRight = labels.indices.count { candidate[$0] != labels[$0] && baseline[$0] == labels[$0] }
        mcNemarP = Self.mcNemar(onlyCandidateRight, onlyBaselineRight)
        if macroF1GainInterval.low > 0, mcNemarP < 0.05, accuracyGain > 0 {
            verdict = .useCandidate
        } else if macroF1GainInterval.high < 0 || (mcNemarP < 0.05 && accuracyGain < 0 && macroF1Gain < 0) {
            verdict = .useBaseline
        } else {
            verdict = .noEvidence
        }
    }

    /// The probability of a split of the discordant samples at least as uneven as this one if both were equally good: binomial, p = ½, two-sided. Source: McNemar 1947.
    package static func mcNemar(_ first: Int, _ second: Int) -> Double {
        let discordant = first + second
        guard discordant > 0 else { return 1 }
        let total = lgamma(Double(discordant + 1)) + log(0.5) * Double(discordant)
        var tail = 0.0
        for count in 0...min(first, second) { tail += exp(total - lgamma(Double(count + 1)) - lgamma(Double(discordant - count + 1))) }
        return min(1, 2 * tail)
    }
}
