/// Levene's test of equal variances about the medians (Brown and Forsythe 1974).
package enum Levene {
    /// - Parameter groups: two or more, each with a value; together more values than groups.
    /// - Returns: W with k − 1 and N − k degrees of freedom; nil where no group varies.
    /// - Throws: ``EvaluationError/empty(what:)``, ``EvaluationError/notFinite(row:)``.
    package static func test(_ groups: [[Double]]) throws(EvaluationError) -> TestResult? {
        guard groups.count >= 2 else { throw .empty(what: "groups beyond the first") }
        for (row, group) in groups.enumerated() {
            guard !group.isEmpty else { throw .empty(what: "group \(row)") }
            guard group.allSatisfy(\.isFinite) else { throw .notFinite(row: row) }
        }
        let total = groups.reduce(0) { $0 + $1.count }
        guard total > groups.count else { throw .empty(what: "values beyond one a group") }
        let distances = groups.map { group in
            let centre = median(group)
            return group.map { abs($0 - centre) }
        }
        let means = distances.map { $0.reduce(0, +) / Double($0.count) }
        let mean = distances.reduce(0) { $0 + $1.reduce(0, +) } / Double(total)
        var (between, within) = (0.0, 0.0)
        for (group, own) in zip(distances, means) {
            between += Double(group.count) * (own - mean) * (own - mean)
            within += group.reduce(0) { $0 + ($1 - own) * ($1 - own) }
        }
        guard within > 0 else { return nil }
        let (first, second) = (groups.count - 1, total - groups.count)
        return TestResult(f: Double(second) * between / (Double(first) * within), first, second)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
