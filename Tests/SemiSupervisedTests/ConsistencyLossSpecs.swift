import Base
import Foundation
import SemiSupervised
import Testing
import Training

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

    @Test("the labelled part has the smoothing and class weights of supervised training")
    func labelledPart() {
        // Given two labelled rows and no unlabelled ones
        let logits: [Float] = [0.3, -1, 0.5, 2, 0.1, -0.4]
        let loss = CrossEntropy(smoothing: 0.2, classWeights: [0.5, 2, 1])
        let expected = loss.evaluate(logits: logits, labels: [1, 0], classes: 3)
        // When FixMatch's and MixMatch's losses are computed
        let fixMatch = FixMatchLoss(weight: 1, labelled: loss).evaluate(logits: logits, labels: [1, 0], thresholds: [1, 1, 1])
        let plain = MixMatchLoss.evaluate(
            logits: logits, targets: [[0, 1, 0], [1, 0, 0]], labelled: 2, weight: 1, classWeights: [0.5, 2, 1])
        // Then FixMatch's is the same, and MixMatch's that of the same weights over hard labels
        #expect(fixMatch.supervised == expected.loss && fixMatch.gradient == expected.gradient)
        let hard = CrossEntropy(classWeights: [0.5, 2, 1]).evaluate(logits: logits, labels: [1, 0], classes: 3)
        #expect(abs(plain.supervised - hard.loss) < 1e-12)
        #expect(zip(plain.gradient, hard.gradient).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    @Test("FreeMatch's fairness term and its gradient are those of the authors' code")
    func fairness() {
        // Given p̃ and h̃ and three sure strong views of three classes, the last of which is nowhere the likeliest
        let term = SelfAdaptiveFairness(means: [0.5, 0.3, 0.2], histogram: [0.6, 0.25, 0.15])
        func probabilities(_ row: [Double]) -> [Double] { row.map { exp($0) / row.reduce(0) { $0 + exp($1) } } }
        let (loss, gradients) = term.evaluate([[2, 0, -1], [0.5, 1.5, 0], [1, 0.2, 0.1]].map(probabilities))
        // Then PyTorch, running entropy_loss of the published FreeMatch (microsoft/Semi-supervised-learning), says
        #expect(abs(loss + 11.35375412471836) < 1e-9)
        let expected = [
            [-0.004392659185821485, 0.003974378247024445, 0.0004182809387970408],
            [-0.006306289093256077, 0.008004788198747979, -0.0016984991054919017],
            [-0.007009116844863579, 0.006537174111695617, 0.00047194273316796307],
        ]
        for (row, wanted) in zip(gradients, expected) { #expect(zip(row, wanted).allSatisfy { abs($0 - $1) < 1e-9 }) }
        // And it joins the gradient of the strong views only, by its weight; without sure views it is silent
        let logits: [Float] = [1, 0, 0, 9, 0, 0, 2, 0, -1]
        let with = FixMatchLoss(weight: 0, fairness: (term, 2)).evaluate(logits: logits, labels: [0], thresholds: [0.5, 0.5, 0.5])
        let without = FixMatchLoss(weight: 0).evaluate(logits: logits, labels: [0], thresholds: [0.5, 0.5, 0.5])
        let alone = term.evaluate([probabilities([2, 0, -1])])
        #expect(with.gradient[..<6] == without.gradient[..<6] && with.fairness == alone.loss)
        #expect(zip(with.gradient[6...], alone.gradients[0]).allSatisfy { abs(Double($0) - 2 * $1) < 1e-7 })
        #expect(term.evaluate([]).loss == 0)
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
