import Foundation
import Quantization
import Testing

/// Expected numbers: `Tests/References/make_clips.py`, numpy 2.4.6.
@Suite("Ranges of counted magnitudes")
struct MagnitudeCountsSpecs {
    /// 512 bins of 1/128, the largest value 3.999; half of the first bin is exactly zero.
    private static func counts(_ number: (Int) -> Int) -> MagnitudeCounts {
        let bins = (0..<512).map { Double(number($0)) }
        return MagnitudeCounts(bins: bins, zeros: (bins[0] / 2).rounded(.down), width: 1.0 / 128, largest: 3.999)
    }

    private let exponential = MagnitudeCountsSpecs.counts { Int(1e6 * exp(-Double($0) / 40)) + 1 }
    private let outliers = MagnitudeCountsSpecs.counts { ($0 < 200 ? 1000 + $0 * 37 % 101 : 0) + ($0 >= 509 ? 3 : 0) }
    private let sparse = MagnitudeCountsSpecs.counts { ($0 % 7 == 0 ? 5000 - 9 * $0 : 0) + ($0 == 511 ? 40 : 0) }

    @Test("mse cuts where numpy finds the least error, nearer to zero on the coarser grid")
    func leastSquaredError() {
        #expect([127, 255].map { exponential.range(.mse, levels: $0) } == [3.046875, 3.3671875])
        #expect([127, 255].map { outliers.range(.mse, levels: $0) } == [3.5625, 3.875])
        #expect([127, 255].map { sparse.range(.mse, levels: $0) } == [3.984375, 3.9921875])
    }

    @Test("entropy cuts where numpy finds the least divergence")
    func leastDivergence() {
        #expect(exponential.range(.entropy, levels: 255) == 2.96875)
        #expect(outliers.range(.entropy, levels: 255) == 1.5625)
        #expect(sparse.range(.entropy, levels: 255) == 3.999)
    }

    @Test("exact zeros weigh nothing: every grid holds them")
    func zerosWeighNothing() {
        // Given one large value among a hundred thousand that are zero or as large as the first bin
        func counts(zeros: Double) -> MagnitudeCounts {
            var bins = [Double](repeating: 0, count: 512)
            (bins[0], bins[300]) = (zeros + 10, 1)
            return MagnitudeCounts(bins: bins, zeros: zeros, width: 1, largest: 300.5)
        }
        // Then it is kept, however many zeros there are
        #expect(counts(zeros: 0).range(.mse, levels: 255) == 300.5)
        #expect(counts(zeros: 1e9).range(.mse, levels: 255) == 300.5)
    }

    @Test("too few values for a distribution: entropy keeps all of them")
    func fewValues() {
        // Given one outlier beyond 200 bins of so many values and up to four more: numpy cuts both at 200
        func range(_ each: Int) -> Double {
            let bins = (0..<512).map { Double($0 < 200 ? each + $0 * 37 % 5 : ($0 == 400 ? 1 : 0)) }
            return MagnitudeCounts(bins: bins, zeros: 0, width: 1, largest: 400.5).range(.entropy, levels: 127)
        }
        // Then 2001 values are too few to cut, 2401 are enough
        #expect(range(8) == 400.5)
        #expect(range(10) == 200)
    }
}
