/// Counts of |x| of every channel of a layer, 512 bins each, and each channel's mean.
///
/// A channel's bins are of equal width, a power of two that is as small as its largest value allows, and are merged as in ``MagnitudeHistogram``: between 256 and 512
/// of them are in use. Memory: 2 KiB a channel, whatever is counted.
package struct ChannelHistograms: Sendable, Equatable {
    package static let binCount = 512

    package let channels: Int
    /// Values seen of each channel.
    package private(set) var count = 0
    /// `[channels, 512]`.
    private var bins: [UInt32]
    private var zeros: [UInt32]
    private var largest: [Float]
    /// log2 of each channel's width; `Int.min` while only zeros were seen.
    private var exponents: [Int]
    private var sums: [Double]

    package init(channels: Int) {
        self.channels = channels
        bins = [UInt32](repeating: 0, count: channels * Self.binCount)
        zeros = [UInt32](repeating: 0, count: channels)
        largest = [Float](repeating: 0, count: channels)
        exponents = [Int](repeating: .min, count: channels)
        sums = [Double](repeating: 0, count: channels)
    }

    /// O(values). Values beyond 2³² - 1 a channel are no longer counted: the histogram has long been settled then.
    /// - Parameters:
    ///   - values: `[pictures, channels, area]`, finite.
    package mutating func add(_ values: UnsafeBufferPointer<Float>, pictures: Int) {
        guard channels > 0, pictures > 0, values.count >= channels * pictures else { return }
        let area = values.count / (channels * pictures)
        guard count + area * pictures <= Int(UInt32.max) else { return }
        for picture in 0..<pictures {
            for channel in 0..<channels {
                let first = (picture * channels + channel) * area
                add(UnsafeBufferPointer(rebasing: values[first..<(first + area)]), to: channel)
            }
        }
        count += area * pictures
    }

    private mutating func add(_ values: UnsafeBufferPointer<Float>, to channel: Int) {
        var high: Float = 0
        var sum = 0.0
        for value in values {
            high = max(high, abs(value))
            sum += Double(value)
        }
        sums[channel] += sum
        largest[channel] = max(largest[channel], high)
        guard high > 0 else {
            zeros[channel] += UInt32(values.count)
            bins[channel * Self.binCount] += UInt32(values.count)
            return
        }
        widen(channel, for: high)
        let perWidth = Float(sign: .plus, exponent: -exponents[channel], significand: 1)
        var none: UInt32 = 0
        bins.withUnsafeMutableBufferPointer { bins in
            let own = UnsafeMutableBufferPointer(rebasing: bins[(channel * Self.binCount)..<((channel + 1) * Self.binCount)])
            for value in values {
                own[Int(abs(value) * perWidth)] += 1
                none += value == 0 ? 1 : 0
            }
        }
        zeros[channel] += none
    }

    private mutating func widen(_ channel: Int, for magnitude: Float) {
        // magnitude < 2^(e+1) = 512 · 2^(e-8). Below 2^-100 finer bins would tell nothing.
        let needed = max(Int(magnitude.exponent) - 8, -100)
        let current = exponents[channel]
        guard needed > current else { return }
        exponents[channel] = needed
        guard current > .min else { return }
        let shift = min(needed - current, 63), first = channel * Self.binCount
        for bin in 1..<Self.binCount {
            let number = bins[first + bin]
            bins[first + bin] = 0
            bins[first + bin >> shift] += number
        }
    }

    /// E[x] of every channel.
    package var means: [Double] { sums.map { count == 0 ? 0 : $0 / Double(count) } }

    /// The range of every channel by a method, for so many levels from zero to its end.
    package func ranges(_ method: CalibrationMethod, levels: Int) -> [Double] {
        (0..<channels).map { channel in
            guard exponents[channel] > .min else { return 0 }
            let first = channel * Self.binCount
            return MagnitudeCounts(
                bins: bins[first..<(first + Self.binCount)].map(Double.init), zeros: Double(zeros[channel]),
                width: Double(sign: .plus, exponent: exponents[channel], significand: 1), largest: Double(largest[channel])
            ).range(method, levels: levels)
        }
    }
}
