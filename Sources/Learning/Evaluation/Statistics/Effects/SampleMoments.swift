/// Mean and spread of a sample.
package struct SampleMoments: Sendable, Codable, Equatable {
    package let count: Int
    package let mean: Double
    /// Divided by n − 1; nil for one value.
    package let standardDeviation: Double?

    private enum CodingKeys: String, CodingKey {
        case count, mean
        case standardDeviation = "sd"
    }

    /// - Throws: ``EvaluationError/empty(what:)``, ``EvaluationError/notFinite(row:)``.
    package init(_ values: [Double]) throws(EvaluationError) {
        guard !values.isEmpty else { throw .empty(what: "values") }
        if let row = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: row) }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = values.count
        self.mean = mean
        standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }
}
