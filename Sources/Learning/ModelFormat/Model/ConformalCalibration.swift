/// What prediction sets are made with: fitted on the validation pictures by split conformal prediction (see `AdaptiveSets`).
package struct ConformalCalibration: Codable, Sendable, Equatable {
    /// How often a set may miss the true class, 0 < α < 1.
    package var alpha: Double
    /// How many pictures it was fitted on.
    package var samples: Int
    /// The greatest score of a class that is in a set, 0…1, by precision: each has its own probabilities.
    package var thresholds: [String: Double]

    package init(alpha: Double, samples: Int, thresholds: [Precision: Double]) {
        self.alpha = alpha
        self.samples = samples
        self.thresholds = Dictionary(uniqueKeysWithValues: thresholds.map { ($0.key.rawValue, $0.value) })
    }

    package func threshold(_ precision: Precision) -> Double? { thresholds[precision.rawValue] }

    var faults: [String] {
        var faults: [String] = []
        if !(alpha > 0 && alpha < 1) { faults.append("conformal alpha is \(alpha), allowed is 0 < α < 1") }
        for (precision, threshold) in thresholds.sorted(by: { $0.key < $1.key }) where !(0...1).contains(threshold) {
            faults.append("the conformal threshold of \(precision) is \(threshold), allowed is 0 to 1")
        }
        return faults
    }
}
