/// Ranks with ties.
package enum Ranking {
    /// Ranks from 1 for the smallest; equal values share the mean of their ranks. O(n log n).
    package static func ascending(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    /// Σ (t³ − t) over groups of t equal values.
    static func tieSum(_ values: [Double]) -> Double {
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return counts.values.reduce(0) { $0 + Double($1 * $1 * $1 - $1) }
    }
}
