import Engine
import Foundation
import Testing
import Training

@Suite("Learning rates and loss")
struct OptimizationSpecs {
    @Test("one cycle gives the rates of PyTorch's OneCycleLR")
    func oneCycle() {
        // Given max_lr 0.1 over 10 steps: pct_start 0.3 puts the peak at step 2, the start at 0.1/25, the end at 0.1/25/1e4
        let cycle = OneCycle(maximum: 0.1, steps: 10)
        #expect(abs(cycle.rate(0) - 0.004) < 1e-12)
        #expect(abs(cycle.rate(1) - 0.052) < 1e-12)
        #expect(abs(cycle.rate(2) - 0.1) < 1e-12)
        #expect(abs(cycle.rate(5) - (4e-7 + (0.1 - 4e-7) / 2 * (1 + cos(Double.pi * 3 / 7)))) < 1e-12)
        #expect(abs(cycle.rate(9) - 4e-7) < 1e-12)
        // And a cycle of one step learns at all
        #expect(OneCycle(maximum: 0.1, steps: 1).rate(0) == 0.1)
        #expect((0..<2).allSatisfy { OneCycle(maximum: 0.1, steps: 2).rate($0) >= 0 })
    }

    @Test("the schedule trains the head alone, then all layers with the body's rate divided")
    func schedule() {
        let schedule = RateSchedule(optimiser: .standardAdamW, maximum: 0.1, frozenSteps: 10, wholeSteps: 20, bodyDivisor: 10)
        #expect(schedule.step(2) == OptimiserStep(optimiser: .standardAdamW, bodyRate: 0, headRate: 0.1, freezeBody: true))
        let peak = schedule.step(15)
        #expect(!peak.freezeBody && abs(peak.headRate - 0.1) < 1e-6 && abs(peak.bodyRate - 0.01) < 1e-7)
    }

    @Test("cross-entropy is PyTorch's, with label smoothing too")
    func crossEntropy() {
        // Given logits 1, 2, 3 and class 2: log Σ exp = 3.40760596, so the plain loss is 0.40760596; smoothed by 0.1: 0.9·0.40760596 + 0.1/3·4.22281788
        let plain = CrossEntropy().evaluate(logits: [1, 2, 3], labels: [2], classes: 3)
        let smooth = CrossEntropy(smoothing: 0.1).evaluate(logits: [1, 2, 3], labels: [2], classes: 3)
        #expect(abs(plain.loss - 0.40760596) < 1e-8)
        #expect(abs(smooth.loss - 0.50760596) < 1e-8)
        // And the plain gradient is softmax - one-hot
        #expect(abs(plain.gradient[0] - 0.09003057) < 1e-7 && abs(plain.gradient[2] - (0.66524096 - 1)) < 1e-7)
    }

    @Test("the gradient is the slope of the loss, with weights and smoothing", arguments: [0.0, 0.2])
    func gradient(smoothing: Double) {
        let loss = CrossEntropy(smoothing: smoothing, classWeights: [0.5, 2, 1])
        let logits: [Float] = [0.3, -1, 0.5, 2, 0.1, -0.4]
        let gradient = loss.evaluate(logits: logits, labels: [1, 0], classes: 3).gradient
        for index in logits.indices {
            var (above, below) = (logits, logits)
            above[index] += 0.01
            below[index] -= 0.01
            let slope =
                (loss.evaluate(logits: above, labels: [1, 0], classes: 3).loss
                    - loss.evaluate(logits: below, labels: [1, 0], classes: 3).loss) / 0.02
            #expect(abs(slope - Double(gradient[index])) < 1e-4)
        }
    }

    @Test("a soft target takes the label's place, its loss times the square of its temperature")
    func softTargets() {
        // Given logits 1, 2, 3 and the teacher's 0.2, 0.3, 0.5 at temperature 2
        let soft = SoftTarget(probabilities: [0.2, 0.3, 0.5], temperature: 2)
        func evaluate(_ logits: [Float]) -> (loss: Double, gradient: [Float]) {
            CrossEntropy().evaluate(logits: logits + [0, 0, 1], labels: [0, 2], soft: [soft, nil], classes: 3)
        }
        let (loss, gradient) = evaluate([1, 2, 3])
        // Then loss = (4 · Σ q (logsumexp(z/2) − z/2) + CE([0, 0, 1], 2)) / 2; numpy: (4 · 1.0302697 + 0.5514447) / 2
        #expect(abs(loss - (4 * 1.0302697 + 0.5514447) / 2) < 1e-6)
        // And the gradient is its slope
        for index in 0..<3 {
            var (above, below): ([Float], [Float]) = ([1, 2, 3], [1, 2, 3])
            above[index] += 0.01
            below[index] -= 0.01
            #expect(abs((evaluate(above).loss - evaluate(below).loss) / 0.02 - Double(gradient[index])) < 1e-4)
        }
    }

    @Test("MixUp trains a row towards both of its targets by their shares, with class weights and with smoothing")
    func mixture() {
        // Given two rows that are mixed with each other, shares 0.7 and 0.6, labels 1 and 0, weights ½, 2, 1
        let logits: [Float] = [0.3, -1, 0.5, 2, 0.1, -0.4]
        let mixture = MixUp(partners: [1, 0], shares: [0.7, 0.6])
        let weighted = CrossEntropy(classWeights: [0.5, 2, 1]).evaluate(logits: logits, labels: [1, 0], mixture: mixture, classes: 3)
        let smooth = CrossEntropy(smoothing: 0.1).evaluate(logits: logits, labels: [1, 0], mixture: mixture, classes: 3)
        // Then PyTorch says (Σ s·CE(y) + (1 − s)·CE(y')) / Σ s·w(y) + (1 − s)·w(y'), from cross_entropy with reduction none, and autograd
        #expect(abs(weighted.loss - 1.8842876198462921) < 1e-7)
        #expect(abs(smooth.loss - 1.4061020320947946) < 1e-7)
        let slopes: [(CrossEntropy, [Double])] = [
            (
                CrossEntropy(classWeights: [0.5, 2, 1]),
                [0.17792750555, -0.46438465677, 0.28645715121, 0.22146860657, -0.25182974225, 0.03036113568]
            ),
            (CrossEntropy(smoothing: 0.1), [0.04881974937, -0.27702774423, 0.22820799485, 0.11646597306, -0.13637067438, 0.0199047013]),
        ]
        for (loss, expected) in slopes {
            let gradient = loss.evaluate(logits: logits, labels: [1, 0], mixture: mixture, classes: 3).gradient
            #expect(zip(gradient, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
        }
    }

    @Test("the average follows at once until there is something to average")
    func averageDecay() {
        // min(0.999, (1 + n) / (10 + n))
        #expect(WeightAverage.decay(0.999, step: 0) == 0.1)
        #expect(WeightAverage.decay(0.999, step: 8) == 0.5)
        #expect(WeightAverage.decay(0.999, step: 1_000_000) == 0.999)
    }

    @Test("balanced weights make every class count equally")
    func balancedWeights() {
        // 3 of class 0, 1 of class 1, none of class 2: n/(k·n_c) = 4/9, 4/3, and 1 for the absent one
        let weights = CrossEntropy.balancedWeights(labels: [0, 0, 1, 0], classes: 3)
        #expect(abs(weights[0] - 4.0 / 9) < 1e-12 && abs(weights[1] - 4.0 / 3) < 1e-12 && weights[2] == 1)
    }

    @Test("better is a higher macro-F1, then a lower loss; patience counts the epochs after the best")
    func earlyStopping() throws {
        var stopping = EarlyStopping(patience: 2)
        let gains = [(0.5, 1.0), (0.5, 0.9), (0.5, 0.9)].enumerated().map {
            stopping.record(epoch: $0.offset + 1, macroF1: $0.element.0, loss: $0.element.1)
        }
        #expect(gains == [true, true, false])
        #expect(!stopping.shouldStop)
        let last = stopping.record(epoch: 4, macroF1: 0.4, loss: 0.1)
        #expect(!last)
        #expect(stopping.shouldStop && stopping.bestEpoch == 2)
        // And it survives a checkpoint, before the first epoch too
        for value in [stopping, EarlyStopping(patience: 2)] {
            #expect(try JSONDecoder().decode(EarlyStopping.self, from: JSONEncoder().encode(value)) == value)
        }
    }
}
