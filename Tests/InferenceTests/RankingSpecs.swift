import Evaluation
import Foundation
import Inference
import ModelFormat
import Testing

@Suite("Ranking")
struct RankingSpecs {
    /// numpy 2.4.6: `e = exp(z / T - max(z / T)); e / e.sum()` of [2, -1, 0.5] in float64.
    @Test(
        "probabilities are the softmax of the logits over the temperature",
        arguments: [
            (1.0, [0.7855970345892759, 0.039112573270687456, 0.1752903921400367]),
            (2.0, [0.5897976636568125, 0.13160164714691433, 0.278600689196273]),
        ])
    func softmax(temperature: Double, expected: [Double]) {
        let got = Softmax.probabilities([2, -1, 0.5] as [Float], temperature: temperature)
        for (a, b) in zip(got, expected) { #expect(abs(a - b) < 1e-9) }
    }

    @Test("large logits do not overflow")
    func large() {
        #expect(Softmax.probabilities([1e30, 0, -1e30] as [Float], temperature: 0.01) == [1, 0, 0])
    }

    @Test(
        "the margin is what the best logit has over the second best, none where two are equal",
        arguments: [([2, 1.5, -1], 0.5), ([-1, 2, 1.5], 0.5), ([1.5, -1, 2], 0.5), ([3, 3, 0], 0), ([-4, -2], 2), ([7], .infinity)]
            as [([Float], Float)])
    func margin(logits: [Float], expected: Float) { #expect(Ranking.margin(logits) == expected) }

    @Test("the likeliest first, equal ones in the order of the classes, never more than there are")
    func top() {
        let all = Ranking.top(9, of: [0.2, 0.3, 0.2, 0.3], labels: ["a", "b", "c", "d"])
        #expect(all.map(\.label) == ["b", "d", "a", "c"])
        #expect(Ranking.top(2, of: [0.2, 0.3, 0.2, 0.3], labels: ["a", "b", "c", "d"]).map(\.probability) == [0.3, 0.3])
    }

    @Test("an answer is written as the API shows it")
    func json() throws {
        let answer = Answer(
            precision: .int8, predictions: [Answer.Prediction(label: "a", probability: 0.5)],
            timing: Answer.Timing(decode: 1, queue: 2, infer: 3))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(answer), as: UTF8.self)
        #expect(
            text == #"{"precision":"int8","predictions":[{"label":"a","probability":0.5}],"timing_ms":{"decode":1,"infer":3,"queue":2}}"#)
    }
}
