import Base
import Evaluation
import Testing

@Suite("Comparison of two classifiers")
struct PairedComparisonSpecs {
    @Test(
        "McNemar's exact p is the binomial tail",
        arguments: [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 22.0 / 1024), (0, 6, 2.0 / 64), (3, 0, 0.25)])
    func mcNemar(first: Int, second: Int, expected: Double) {
        // Two-sided: 2·Σ C(n,k)/2ⁿ; for (1, 9): 2·(1 + 10)/1024
        #expect(abs(PairedComparison.mcNemar(first, second) - expected) < 1e-12)
    }

    @Test("says use semi-supervised where the gain is beyond chance, and use baseline the other way round")
    func verdicts() throws {
        // Given 40 samples of two classes, a classifier that is always right and one that is wrong on every fourth
        let labels = (0..<40).map { $0 % 2 }
        let worse = labels.enumerated().map { $0.offset % 4 == 0 ? 1 - $0.element : $0.element }
        let bootstrap = Bootstrap(draws: 200, seed: 1)
        // When they are compared both ways, and one with itself
        let gain = try PairedComparison(candidate: labels, baseline: worse, labels: labels, classes: 2, bootstrap: bootstrap)
        let loss = try PairedComparison(candidate: worse, baseline: labels, labels: labels, classes: 2, bootstrap: bootstrap)
        let same = try PairedComparison(candidate: worse, baseline: worse, labels: labels, classes: 2, bootstrap: bootstrap)
        // Then the verdicts follow; 10 discordant samples on one side give p = 2/1024
        #expect(gain.verdict == .useCandidate && gain.onlyCandidateRight == 10 && abs(gain.mcNemarP - 2.0 / 1024) < 1e-12)
        #expect(loss.verdict == .useBaseline)
        #expect(same.verdict == .noEvidence && same.macroF1Gain == 0)
    }

    @Test("claims a gain between two equal classifiers in fewer than one of forty comparisons")
    func isGuarded() throws {
        // Given 400 pairs of classifiers that are right with probability 0.7 each, on 24 pictures of four classes
        let labels = (0..<24).map { $0 % 4 }
        var random = SeededRandom(seed: 11)
        func predictions() -> [Int] { labels.map { random.uniform() < 0.7 ? $0 : ($0 + 1 + Int(random.uniform() * 3)) % 4 } }
        // When they are compared
        let verdicts = try (0..<400).map { trial in
            try PairedComparison(
                candidate: predictions(), baseline: predictions(), labels: labels, classes: 4,
                bootstrap: Bootstrap(draws: 100, seed: UInt64(trial))
            ).verdict
        }
        // Then a gain is claimed by chance in no more than the nominal 2.5 %: 10 of 400
        #expect(verdicts.count { $0 == .useCandidate } <= 10)
    }

    @Test("counts by class give the accuracy and macro-F1 of the whole matrix")
    func countsByClass() throws {
        // Given 300 samples of five classes, of which the last has none but is predicted
        var random = SeededRandom(seed: 2)
        let labels = (0..<300).map { _ in Int(random.uniform() * 4) }
        let predictions = labels.map { random.uniform() < 0.6 ? $0 : Int(random.uniform() * 5) }
        var counts = ClassCounts(classes: 5)
        for (label, prediction) in zip(labels, predictions) { counts.add(label: label, prediction: prediction) }
        let matrix = try ConfusionMatrix(labels: labels, predictions: predictions, classes: 5)
        #expect(counts.accuracy == matrix.accuracy && counts.macroF1 == matrix.macroF1)
        #expect(counts.support == matrix.support && counts.predicted == matrix.predicted && ClassCounts(classes: 5).macroF1 == 0)
    }

    @Test("the bootstrap is stratified, seeded, and holds the measure")
    func bootstrap() throws {
        let labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
        let predictions = [0, 0, 0, 0, 0, 0, 1, 1, 1, 0]
        // When the interval is drawn twice with one seed and once with another
        let first = try Bootstrap(draws: 500, seed: 7).accuracy(labels: labels, predictions: predictions, classes: 2)
        let again = try Bootstrap(draws: 500, seed: 7).accuracy(labels: labels, predictions: predictions, classes: 2)
        let other = try Bootstrap(draws: 499, seed: 8).macroF1(labels: labels, predictions: predictions, classes: 2)
        // Then it is the same, contains the accuracy 0.7, and does not span everything
        #expect(first == again)
        #expect(first.low < 0.7 && first.high > 0.7 && first.low > 0.2 && first.high <= 1)
        #expect(other.low < other.high)
        // And with every sample right no draw is wrong, because no class can go missing
        let perfect = try Bootstrap(draws: 100, seed: 7).macroF1(labels: labels, predictions: labels, classes: 2)
        #expect(perfect == ConfidenceInterval(low: 1, high: 1))
    }
}
