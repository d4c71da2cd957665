import Base
import Foundation
import SemiSupervised
import Testing

@Suite("The losses of the consistency methods")
struct ConsistencyLossSpecs {
    @Test("FixMatch: cross-entropy of the labelled rows, and of strong views whose weak view is sure")
    func fixMatch() {
        // Given two classes, one labelled row, three unlabelled pictures of which the weak views of the first and third are sure
        let labelled: [Float] = [1, 0]
        let weak: [Float] = [4, 0, 0.2, 0, -1, 3]
        let strong: [Float] = [0.5, 0, 9, 9, 2, 1]
        // When λ = 2 and τ = 0.95
        let loss = FixMatchLoss(weight: 2).evaluate(logits: labelled + weak + strong, labels: [1], thresholds: [0.95, 0.95])
        // Then by the formulas: q = σ(4) = 0.982, σ(0.2) = 0.55, σ(4) = 0.982
        let supervised = log(1 + exp(1.0))
        let unsupervised = (log(1 + exp(-0.5)) + log(1 + exp(1.0))) / 3
        #expect(abs(loss.supervised - supervised) < 1e-7 && abs(loss.unsupervised - unsupervised) < 1e-7)
        #expect(loss.pseudoLabels == [0, nil, 1])
        // And the gradient is the slope of supervised + λ · unsupervised in every logit but those of the weak views
        let logits = labelled + weak + strong
        for index in logits.indices {
            var (above, below) = (logits, logits)
            above[index] += 0.01
            below[index] -= 0.01
            func total(_ logits: [Float]) -> Double {
                let loss = FixMatchLoss(weight: 2).evaluate(logits: logits, labels: [1], thresholds: [0.95, 0.95])
                return loss.supervised + 2 * loss.unsupervised
            }
            let slope = (2..<8).contains(index) ? 0 : (total(above) - total(below)) / 0.02
            #expect(abs(slope - Double(loss.gradient[index])) < 1e-4, "\(index)")
        }
    }

    @Test("MixMatch: soft cross-entropy and squared error, its gradient their slope")
    func mixMatch() {
        // Given one labelled and two unlabelled rows of three classes
        let logits: [Float] = [1, 2, 3, 0.5, -0.5, 0, 2, 0, 1]
        let targets = [[0.7, 0.1, 0.2], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]
        func evaluate(_ logits: [Float]) -> ConsistencyLoss {
            MixMatchLoss.evaluate(logits: logits, targets: targets, labelled: 1, weight: 5)
        }
        let loss = evaluate(logits)
        // Then by the formulas (numpy, float64)
        func softmax(_ row: [Double]) -> [Double] { row.map { exp($0) / row.reduce(0) { $0 + exp($1) } } }
        let first = softmax([1, 2, 3])
        #expect(abs(loss.supervised + zip(targets[0], first).reduce(0) { $0 + $1.0 * log($1.1) }) < 1e-6)
        let errors = zip(softmax([0.5, -0.5, 0]) + softmax([2, 0, 1]), targets[1] + targets[2]).map { ($0 - $1) * ($0 - $1) }
        #expect(abs(loss.unsupervised - errors.reduce(0, +) / 6) < 1e-6)
        for index in logits.indices {
            var (above, below) = (logits, logits)
            above[index] += 0.01
            below[index] -= 0.01
            let (up, down) = (evaluate(above), evaluate(below))
            let slope = (up.supervised + 5 * up.unsupervised - down.supervised - 5 * down.unsupervised) / 0.02
            #expect(abs(slope - Double(loss.gradient[index])) < 1e-4, "\(index)")
        }
        // And sharpening at T = ½ squares: 0.6², 0.3², 0.1² over 0.46; the ramp reaches its height after 40 % of the steps
        #expect(
            zip(MixMatchLoss.sharpened([0.6, 0.3, 0.1], temperature: 0.5), [0.36, 0.09, 0.01]).allSatisfy { abs($0 - $1 / 0.46) < 1e-12 })
        #expect([0, 10, 40, 90].map { MixMatchLoss.weight(maximum: 75, step: $0, steps: 100) } == [0, 18.75, 75, 75])
    }

    @Test("mixtures stay nearer to their own row, their shares follow Beta(α, α) folded")
    func mixUp() {
        var random = SeededRandom(seed: 3)
        // Given 20,000 mixtures with α = 0.75
        let mixture = MixUp(rows: 20_000, alpha: 0.75, random: &random)
        // Then every share is ½ … 1, their mean that of the folded distribution: 0.7783 (numpy: mean of max(x, 1 − x), x of beta(0.75, 0.75))
        #expect(mixture.shares.allSatisfy { (0.5...1).contains($0) })
        #expect(abs(mixture.shares.reduce(0, +) / 20_000 - 0.7783) < 0.004)
        #expect(mixture.partners.sorted() == Array(0..<20_000))
        // And pictures and targets are mixed alike
        var small = SeededRandom(seed: 4)
        let two = MixUp(rows: 2, alpha: 0.75, random: &small)
        let (own, other) = (two.shares[0], two.partners[0])
        #expect(abs(Double(two.pictures([1, 5])[0]) - (own + (1 - own) * (other == 0 ? 1 : 5))) < 1e-6)
        #expect(abs(two.targets([[1, 0], [0, 1]])[0][1] - (other == 0 ? 0 : 1 - own)) < 1e-12)
    }

    @Test("FlexMatch lowers the threshold of classes that are learned slowly")
    func flexible() {
        // Given ten pictures of two classes, τ = 0.9
        var thresholds = Thresholds.flexible(FlexibleThresholds(maximum: 0.9, classes: 2, pictures: 10))
        #expect(thresholds.values(classes: 2) == [0, 0])
        // When six are surely class 0 and two class 1
        thresholds.observe(Array(repeating: [0.95, 0.05], count: 6) + [[0.05, 0.95], [0.02, 0.98]], pictures: Array(0..<8))
        // Then β = 1 and 1/3: τ_c = 0.9 · β / (2 − β)
        #expect(thresholds.values(classes: 2)[0] == 0.9)
        #expect(abs(thresholds.values(classes: 2)[1] - 0.9 * (1.0 / 3) / (2 - 1.0 / 3)) < 1e-12)
        // And a picture that changes its mind is counted once
        thresholds.observe([[0.01, 0.99]], pictures: [0])
        #expect(abs(thresholds.values(classes: 2)[1] - 0.9 * 0.6 / 1.4) < 1e-12)
    }

    @Test("FreeMatch follows the network's own sureness")
    func free() {
        // Given two classes and momentum 0.5
        var thresholds = Thresholds.free(FreeThresholds(classes: 2, momentum: 0.5))
        #expect(thresholds.values(classes: 2) == [0.5, 0.5])
        // When the network says 0.9 for class 0: τ = 0.7, p̃ = [0.7, 0.3]
        thresholds.observe([[0.9, 0.1]], pictures: [0])
        // Then τ_c = 0.7 · p̃_c / 0.7
        let values = thresholds.values(classes: 2)
        #expect(abs(values[0] - 0.7) < 1e-12 && abs(values[1] - 0.3) < 1e-12)
    }
}
