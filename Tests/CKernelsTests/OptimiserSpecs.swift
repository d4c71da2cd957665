import CKernels
import Foundation
import Testing

/// Expected numbers: the optimisers' formulas in float64.
@Suite("Optimiser kernels")
struct OptimiserSpecs {
    static let counts = [1, 37, 5000, 9001]

    @Test("SGD with momentum, with and without Nesterov", arguments: [0, 1])
    func sgd(nesterov: Int32) {
        for (i, count) in Self.counts.enumerated() {
            var random = RandomFloats(seed: i)
            let w = Floats(random.next(count)), g = Floats(random.next(count)), v = Floats(random.next(count))
            let moved = (0..<count).map { 0.9 * Double(v[$0]) + Double(g[$0]) + 0.01 * Double(w[$0]) }
            let expected = (0..<count).map { at in
                Double(w[at]) - 0.1 * (nesterov == 1 ? Double(g[at]) + 0.01 * Double(w[at]) + 0.9 * moved[at] : moved[at])
            }
            aliquot_sgd(w.pointer, g.pointer, v.pointer, Int64(count), 0.1, 0.9, nesterov, 0.01, Int32(1 + i % 3))
            #expect(v.distance(moved) < 1e-6)
            #expect(w.distance(expected) < 1e-6)
        }
    }

    @Test("AdamW")
    func adamW() {
        for (i, count) in Self.counts.enumerated() {
            var random = RandomFloats(seed: i)
            let w = Floats(random.next(count)), g = Floats(random.next(count)), m = Floats(random.next(count)),
                v = Floats(random.next(count).map(abs))
            let first = (0..<count).map { 0.9 * Double(m[$0]) + 0.1 * Double(g[$0]) }
            let second = (0..<count).map { 0.999 * Double(v[$0]) + 0.001 * Double(g[$0]) * Double(g[$0]) }
            let expected = (0..<count).map { at in
                Double(w[at]) * (1 - 0.1 * 0.01) - 0.1 * (first[at] / 0.5) / (sqrt(second[at] / 0.25) + 1e-3)
            }
            aliquot_adamw(
                w.pointer, g.pointer, m.pointer, v.pointer, Int64(count), 0.1, 0.9, 0.999, 1e-3, 0.01, 0.5, 0.25, Int32(1 + i % 3))
            #expect(m.distance(first) < 1e-6)
            #expect(v.distance(second) < 1e-6)
            #expect(w.distance(expected) < 5e-6)
        }
    }

    @Test("A moving average and the sum of squares")
    func averageAndNorm() {
        for (i, count) in Self.counts.enumerated() {
            var random = RandomFloats(seed: i)
            let average = Floats(random.next(count)), w = Floats(random.next(count)), threads = Int32(1 + i % 3)
            let expected = (0..<count).map { 0.99 * Double(average[$0]) + 0.01 * Double(w[$0]) }
            aliquot_ema(average.pointer, w.pointer, Int64(count), 0.99, threads)
            #expect(average.distance(expected) < 1e-6)
            let squares = w.values.reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(abs(aliquot_square_sum(w.pointer, Int64(count), threads) - squares) < 1e-12 * squares)
        }
    }
}
