import SemiSupervised
import Testing
import Training

@Suite("Pseudo-labels")
struct PseudoLabellingSpecs {
    @Test("are the mean over teachers and views, equally weighted")
    func averages() {
        let mean = PseudoLabelling.average([[[1, 0]], [[0.5, 0.5]], [[0, 1]], [[0.5, 0.5]]])
        #expect(mean == [[0.5, 0.5]])
    }

    @Test("are kept only strictly above the confidence")
    func keepsStrictlyGreater() {
        // Given probabilities just below, at, and just above 0.8
        let rows: [[Double]] = [[0.7999, 0.2001], [0.8, 0.2], [0.2, 0.8.nextUp], [0.05, 0.95]]
        // When they are judged
        let kept = PseudoLabelling.keep(rows, names: ["below", "at", "above", "sure"], confidence: 0.8)
        // Then 0.8 itself is not kept
        #expect(kept.map(\.picture) == ["above", "sure"])
        #expect(kept.map(\.label) == [1, 1])
    }

    @Test("raise an alarm when one class takes them all although the labelled pictures do not, and when there are none")
    func alarms() {
        let labels = (0..<20).map { PseudoLabel(picture: "\($0)", label: $0 == 0 ? 1 : 0, probability: 0.9) }
        let summary = PseudoLabelSummary(labels: labels, unlabelled: 40, classes: 2, confidence: 0.8, largestProbability: 0.9)
        #expect(summary.maskRate == 0.5 && summary.histogram == [19, 1])
        #expect(PseudoLabelling.alarms(summary, labelled: [0, 1, 0, 1]) == [.collapse(classIndex: 0, share: 0.95, labelledShare: 0.5)])
        #expect(PseudoLabelling.alarms(summary, labelled: [Int](repeating: 0, count: 19) + [1]).isEmpty)
        let none = PseudoLabelSummary(labels: [], unlabelled: 40, classes: 2, confidence: 0.8, largestProbability: 0.7)
        #expect(PseudoLabelling.alarms(none, labelled: [0, 1]) == [.noPseudoLabels(confidence: 0.8, likeliest: 0.7)])
    }

    @Test("are cut to the surest of each class, those kept before counted")
    func surest() {
        func label(_ name: String, _ label: Int, _ probability: Double) -> PseudoLabel {
            PseudoLabel(picture: name, label: label, probability: probability)
        }
        // Given one of class 0 kept before, and room for two of each class
        let new = [label("a", 0, 0.9), label("b", 0, 0.95), label("c", 1, 0.81), label("d", 1, 0.99), label("e", 1, 0.85)]
        let kept = PseudoLabelling.surest(new, atMost: 2, besides: [label("z", 0, 0.8)])
        // Then one more of class 0, the surest, and the two surest of class 1, in their order
        #expect(kept.map(\.picture) == ["b", "d", "e"])
    }
}
