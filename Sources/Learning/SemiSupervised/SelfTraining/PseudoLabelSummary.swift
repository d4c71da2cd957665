/// How many unlabelled pictures were used, and as what.
package struct PseudoLabelSummary: Sendable, Codable, Equatable {
    package let unlabelled: Int
    package let kept: Int
    /// The share of unlabelled pictures that is used, 0…1.
    package let maskRate: Double
    /// Kept pictures by class.
    package let histogram: [Int]
    /// The threshold.
    package let confidence: Double
    /// Of the kept ones; 0 where none is.
    package let meanProbability: Double
    /// Of all pictures, kept or not.
    package let largestProbability: Double

    private enum CodingKeys: String, CodingKey {
        case unlabelled, kept, histogram, confidence
        case maskRate = "mask_rate"
        case meanProbability = "mean_probability"
        case largestProbability = "largest_probability"
    }

    package init(labels: [PseudoLabel], unlabelled: Int, classes: Int, confidence: Double, largestProbability: Double) {
        self.unlabelled = unlabelled
        kept = labels.count
        maskRate = unlabelled == 0 ? 0 : Double(labels.count) / Double(unlabelled)
        histogram = (0..<classes).map { one in labels.count { $0.label == one } }
        self.confidence = confidence
        meanProbability = labels.isEmpty ? 0 : labels.reduce(0) { $0 + $1.probability } / Double(labels.count)
        self.largestProbability = largestProbability
    }
}
