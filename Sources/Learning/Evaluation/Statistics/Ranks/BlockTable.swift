/// Scores of k treatments in n blocks, each treatment once in each block: what Friedman's test and its kin look at.
package struct BlockTable: Sendable, Equatable {
    /// `[blocks][treatments]`, finite.
    package let values: [[Double]]
    package let blocks: Int
    package let treatments: Int

    /// - Throws: ``EvaluationError/empty(what:)`` for fewer than two treatments or blocks; ``EvaluationError/countMismatch(what:got:expected:)`` for rows of
    ///   different length; ``EvaluationError/notFinite(row:)``.
    package init(_ values: [[Double]]) throws(EvaluationError) {
        guard values.count >= 2 else { throw .empty(what: "blocks beyond the first") }
        let treatments = values[0].count
        guard treatments >= 2 else { throw .empty(what: "treatments beyond the first") }
        for (row, block) in values.enumerated() {
            guard block.count == treatments else { throw .countMismatch(what: "treatments", got: block.count, expected: treatments) }
            guard block.allSatisfy(\.isFinite) else { throw .notFinite(row: row) }
        }
        self.values = values
        blocks = values.count
        self.treatments = treatments
    }

    /// One treatment's scores, in the order of the blocks.
    package func column(_ treatment: Int) -> [Double] { values.map { $0[treatment] } }

    /// Mean ranks, 1 for the highest score of a block; equal scores share their ranks.
    package var averageRanks: [Double] {
        var sums = [Double](repeating: 0, count: treatments)
        for block in values {
            for (treatment, rank) in Ranking.ascending(block.map { -$0 }).enumerated() { sums[treatment] += rank }
        }
        return sums.map { $0 / Double(blocks) }
    }
}
