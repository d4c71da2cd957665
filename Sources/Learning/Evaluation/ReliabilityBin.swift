/// One bar of a calibration plot: the samples whose confidence fell into `(low, high]`. Source: Guo et al. 2017, section 2.
package struct ReliabilityBin: Sendable, Codable, Equatable {
    package let low: Double
    package let high: Double
    package let samples: Int
    /// The mean probability of the predicted class; 0 where there is no sample.
    package let confidence: Double
    /// The share of the samples that is right; 0 where there is none.
    package let accuracy: Double

    package init(low: Double, high: Double, samples: Int, confidence: Double, accuracy: Double) {
        self.low = low
        self.high = high
        self.samples = samples
        self.confidence = confidence
        self.accuracy = accuracy
    }

    /// Equal-width bins over 0…1.
    ///
    /// - Parameters:
    ///   - probabilities: `[samples, classes]`, rows that sum to 1.
    ///   - labels: true classes, as many.
    package static func bins(_ probabilities: [[Double]], labels: [Int], count: Int = 15) -> [ReliabilityBin] {
        var samples = [Int](repeating: 0, count: count)
        var confidence = [Double](repeating: 0, count: count)
        var hits = [Double](repeating: 0, count: count)
        for (row, label) in zip(probabilities, labels) {
            let mode = Softmax.mode(row)
            guard row.indices.contains(mode) else { continue }
            let bin = min(count - 1, max(0, Int((row[mode] * Double(count)).rounded(.up)) - 1))
            samples[bin] += 1
            confidence[bin] += row[mode]
            hits[bin] += mode == label ? 1 : 0
        }
        return (0..<count).map { bin in
            let divisor = Double(max(1, samples[bin]))
            return ReliabilityBin(
                low: Double(bin) / Double(count), high: Double(bin + 1) / Double(count), samples: samples[bin],
                confidence: confidence[bin] / divisor, accuracy: hits[bin] / divisor)
        }
    }
}
