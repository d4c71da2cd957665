/// Repeated-measures analysis of variance of a ``BlockTable``, one factor. Source: Cohen 1988, chapter 8 (η²), Keppel 1991 (partial η²).
package struct VarianceAnalysis: Sendable, Codable, Equatable {
    /// F with k − 1 and (k − 1)(n − 1) degrees of freedom; nil where blocks leave no error.
    package let test: TestResult?
    /// The treatments' share of all variation.
    package let etaSquared: Double
    /// The treatments' share of what blocks do not explain.
    package let partialEtaSquared: Double

    private enum CodingKeys: String, CodingKey {
        case test
        case etaSquared = "eta_squared"
        case partialEtaSquared = "partial_eta_squared"
    }

    /// Nil where all scores are equal, or treatments and error vanish together.
    init?(_ table: BlockTable) {
        let (n, k) = (Double(table.blocks), Double(table.treatments))
        let mean = table.values.reduce(0) { $0 + $1.reduce(0, +) } / (n * k)
        func squared(_ difference: Double) -> Double { difference * difference }
        let total = table.values.reduce(0) { $0 + $1.reduce(0) { $0 + squared($1 - mean) } }
        let ofTreatments = (0..<table.treatments).reduce(0) { $0 + n * squared(table.column($1).reduce(0, +) / n - mean) }
        let ofBlocks = table.values.reduce(0) { $0 + k * squared($1.reduce(0, +) / k - mean) }
        let error = max(0, total - ofTreatments - ofBlocks)
        guard total > 0, ofTreatments + error > 1e-12 * total else { return nil }
        etaSquared = ofTreatments / total
        partialEtaSquared = ofTreatments / (ofTreatments + error)
        let freedom = (table.treatments - 1) * (table.blocks - 1)
        test =
            error > 1e-12 * total
            ? TestResult(f: ofTreatments / (k - 1) / (error / Double(freedom)), table.treatments - 1, freedom) : nil
    }
}
