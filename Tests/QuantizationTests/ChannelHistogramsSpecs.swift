import Base
import Quantization
import Testing

@Suite("Histograms of channels")
struct ChannelHistogramsSpecs {
    /// `[4 pictures, 3 channels, 50]`: the second channel is a thousandth of the first, the third always zero.
    private let values: [Float] = {
        var random = SeededRandom(seed: 3)
        return (0..<600).map { Float(random.normal()) * ([1, 1e-3, 0] as [Float])[$0 / 50 % 3] }
    }()

    private func histograms(_ parts: [Range<Int>]) -> ChannelHistograms {
        var histograms = ChannelHistograms(channels: 3)
        for pictures in parts {
            values[(pictures.lowerBound * 150)..<(pictures.upperBound * 150)].withUnsafeBufferPointer {
                histograms.add($0, pictures: pictures.count)
            }
        }
        return histograms
    }

    private func channel(_ channel: Int) -> [Float] {
        (0..<4).flatMap { values[($0 * 150 + channel * 50)..<($0 * 150 + channel * 50 + 50)] }
    }

    @Test("each channel has its own largest value and mean")
    func channelsAreApart() {
        let histograms = histograms([0..<4])
        #expect(histograms.count == 200)
        #expect(histograms.ranges(.minmax, levels: 255) == (0..<3).map { Double(channel($0).map(abs).max() ?? 0) })
        for (mean, channel) in zip(histograms.means, (0..<3).map(channel)) {
            #expect(abs(mean - channel.reduce(0.0) { $0 + Double($1) } / 200) < 1e-12)
        }
        #expect(histograms.ranges(.mse, levels: 255)[2] == 0)
    }

    @Test("how the pictures are split changes nothing")
    func slices() {
        for method in CalibrationMethod.allCases {
            #expect(histograms([0..<1, 1..<2, 2..<4]).ranges(method, levels: 127) == histograms([0..<4]).ranges(method, levels: 127))
        }
        #expect(histograms([0..<1, 1..<4]) == histograms([0..<4]))
    }

    @Test("a channel's range is that of a histogram of its own values")
    func rangesAreRight() throws {
        // numpy.quantile of 200 values: all but the largest lie within 99.5 %; the range of 99.99 % is the largest
        let sorted = channel(0).map(abs).sorted()
        #expect(histograms([0..<4]).ranges(.percentile, levels: 255)[0] == Double(sorted[199]))
        let clipped = histograms([0..<4]).ranges(.mse, levels: 255)[0]
        #expect(clipped > Double(sorted[190]) && clipped <= Double(sorted[199]))
    }
}
