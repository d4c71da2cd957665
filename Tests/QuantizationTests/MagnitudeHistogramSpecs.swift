import Base
import Foundation
import Quantization
import Testing

@Suite("Histograms of magnitudes")
struct MagnitudeHistogramSpecs {
    /// 20,000 values, most near -2, some up to 8.
    private let values: [Float] = {
        var random = SeededRandom(seed: 1)
        return (0..<20_000).map { _ in Float(pow(random.uniform(), 8) * 10 - 2) }
    }()

    private func histogram(_ parts: [ArraySlice<Float>]) -> MagnitudeHistogram {
        var histogram = MagnitudeHistogram()
        for part in parts { #expect(part.withUnsafeBufferPointer { histogram.add($0) }) }
        return histogram
    }

    /// `numpy.percentile(abs(x), p, method="inverted_cdf")` of the same values, numpy 2.4.6.
    @Test(
        "percentiles are numpy's, at most one bin too high",
        arguments: [(0.9999, 7.988096), (0.99, 7.2413125), (0.5, 1.9954275)] as [(Double, Float)])
    func percentiles(share: Double, expected: Float) throws {
        let histogram = histogram([values[...]])
        let width = try #require(histogram.width)
        let got = histogram.magnitude(holding: share)
        #expect(got >= expected)
        #expect(got <= expected + width)
        #expect(width == 8.0 / 4096)
    }

    @Test("the largest magnitude is exact")
    func extremes() {
        let histogram = histogram([values[...]])
        #expect(histogram.minimum == values.min())
        #expect(histogram.maximum == values.max())
        #expect(histogram.magnitude(holding: 1) == values.map(abs).max())
        #expect(histogram.count == 20_000)
    }

    @Test("widening is exact: the order of the values and how they are split change nothing")
    func widensExactly() {
        let whole = histogram([values[...]])
        let ascending = values.sorted { abs($0) < abs($1) }
        // Given the smallest first, which widens most often, and the largest first, which never does
        #expect(histogram(stride(from: 0, to: 20_000, by: 10).map { ascending[$0..<($0 + 10)] }) == whole)
        let descending = Array(ascending.reversed())
        #expect(histogram(stride(from: 0, to: 20_000, by: 1000).map { descending[$0..<($0 + 1000)] }) == whole)
        // And two halves merged
        var merged = histogram([ascending[..<7000]])
        merged.merge(histogram([ascending[7000...]]))
        #expect(merged == whole)
        var other = histogram([ascending[7000...]])
        other.merge(histogram([ascending[..<7000]]))
        #expect(other == whole)
    }

    @Test("counts stand in the bins that hold them")
    func binsAreRight() throws {
        let histogram = histogram([[0, 0.25, -0.25, 3.999, -1.5]])
        // 3.999 needs a width of 4/4096
        #expect(histogram.width == 4.0 / 4096)
        #expect(histogram.bins[0] == 1)
        #expect(histogram.bins[256] == 2)
        #expect(histogram.bins[1536] == 1)
        #expect(histogram.bins[4094] == 1)
        #expect(histogram.bins.reduce(0, +) == 5)
    }

    @Test("zeros alone, and values that are hardly more, are counted")
    func handlesZeros() {
        let zeros = histogram([[0, 0, -0]])
        #expect(zeros.magnitude(holding: 0.9999) == 0)
        #expect(zeros.count == 3)
        var tiny = histogram([[0, Float.leastNonzeroMagnitude, 1e-36]])
        #expect(tiny.largestMagnitude == 1e-36)
        tiny.merge(histogram([[3e38]]))
        #expect(tiny.bins.reduce(0, +) == 4)
        #expect(tiny.magnitude(holding: 1) == 3e38)
        tiny.merge(MagnitudeHistogram())
        #expect(tiny.count == 4)
    }

    @Test("a value that is no number is refused and leaves nothing behind", arguments: [Float.nan, .infinity, -.infinity])
    func refusesNonFinite(value: Float) {
        var histogram = histogram([[1, 2]])
        let before = histogram
        #expect(!([1, value, 2] as [Float]).withUnsafeBufferPointer { histogram.add($0) })
        #expect(histogram == before)
    }
}
