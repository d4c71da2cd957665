import Evaluation
import Testing

@Suite("Prediction sets")
struct AdaptiveSetsSpecs {
    @Test("hold every class down to the threshold, the likeliest always, and the threshold is the ⌈(n + 1)(1 − α)⌉-th smallest score")
    func byHand() throws {
        // Given four pictures whose true classes have the scores 0.6, 0.9 (0.5 + 0.4), 1 (the last of three) and 0.7
        let rows = [[0.6, 0.3, 0.1], [0.4, 0.5, 0.1], [0.2, 0.1, 0.7], [0.1, 0.2, 0.7]]
        // When α = 0.4: ⌈5 · 0.6⌉ = 3, the third smallest of 0.6, 0.7, 0.9, 1
        let sets = try AdaptiveSets(fitting: rows, labels: [0, 0, 1, 2], alpha: 0.4)
        // Then it is 0.9
        #expect(abs(sets.threshold - 0.9) < 1e-12)
        // And a sure picture gets one class, an unsure one two, an even one those that fit below it
        #expect(AdaptiveSets(threshold: 0.9).classes(of: [0.95, 0.03, 0.02]) == [0])
        #expect(AdaptiveSets(threshold: 0.9).classes(of: [0.3, 0.55, 0.15]) == [1, 0])
        #expect(AdaptiveSets(threshold: 1).classes(of: [0.3, 0.55, 0.15]) == [1, 0, 2])
        // And with too few pictures for the promise every set holds all classes: ⌈5 · 0.9⌉ = 5 of 4
        #expect(try AdaptiveSets(fitting: rows, labels: [0, 0, 1, 2], alpha: 0.1).threshold == 1)
    }

    @Test("are those of the published notebook for adaptive sets, fitted on half of the made-up logits and used on the other half")
    func equalsReference() throws {
        guard let fixture = try MetricsFixture.load() else { return }
        let rows = fixture.logits.map { Softmax.probabilities($0) }
        // Given 120 pictures at α = 0.1; numpy, scores and sets as in aangelopoulos/conformal-prediction (imagenet-aps): threshold 0.9622746674021975,
        // mean size 3.0166667, coverage 0.9583333 on the others; no set was empty
        let sets = try AdaptiveSets(fitting: Array(rows[..<120]), labels: Array(fixture.labels[..<120]), alpha: 0.1)
        #expect(abs(sets.threshold - 0.9622746674021975) < 1e-6)
        let worth = try SetCoverage(sets, probabilities: Array(rows[120...]), labels: Array(fixture.labels[120...]))
        #expect(
            worth.samples == 120 && abs(worth.meanSize - 3.0166666666666666) < 1e-12 && abs(worth.coverage - 0.9583333333333334) < 1e-12)
        #expect(abs(worth.confidentShare - 1.0 / 120) < 1e-12)
    }

    @Test("refuse what cannot be fitted")
    func refuses() {
        #expect(throws: EvaluationError.empty(what: "held-out pictures")) { try AdaptiveSets(fitting: [], labels: [], alpha: 0.1) }
        #expect(throws: EvaluationError.outOfRange(name: "alpha", got: 1, allowed: "0 < α < 1")) {
            try AdaptiveSets(fitting: [[1]], labels: [0], alpha: 1)
        }
        #expect(throws: EvaluationError.labelOutOfRange(index: 0, got: 2, classes: 2)) {
            try AdaptiveSets(fitting: [[0.5, 0.5]], labels: [2], alpha: 0.1)
        }
    }
}
