/// Whether the treatments differ at all. Source of all: Demšar 2006, JMLR 7; Conover 1999, "Practical Nonparametric Statistics", chapter 5.8.
extension BlockTable {
    private var n: Double { Double(blocks) }
    private var k: Double { Double(treatments) }

    /// Friedman's χ² with the correction for ties; nil where every block is one tie.
    package var friedman: TestResult? {
        let ties = values.reduce(0) { $0 + Ranking.tieSum($1) }
        let correction = 1 - ties / (n * k * (k * k - 1))
        guard correction > 1e-12 else { return nil }
        let sums = averageRanks.map { $0 * n }
        let raw = 12 / (n * k * (k + 1)) * sums.reduce(0) { $0 + $1 * $1 } - 3 * n * (k + 1)
        let chiSquare = max(0, raw / correction)
        return TestResult(statistic: chiSquare, p: TailProbability.chiSquare(chiSquare, freedom: k - 1), freedom: [treatments - 1])
    }

    /// Iman and Davenport's F (1980), less conservative than ``friedman``; nil where that is, or where every block ranks alike (F is infinite).
    package var imanDavenport: TestResult? {
        guard let chiSquare = friedman?.statistic else { return nil }
        let room = n * (k - 1) - chiSquare
        guard room > 1e-12 * n * k else { return nil }
        return TestResult(f: (n - 1) * chiSquare / room, treatments - 1, (treatments - 1) * (blocks - 1))
    }

    /// Quade's F (1979): blocks in which treatments differ more count more; nil where it has no value (all scores equal, or every block ranks alike).
    package var quade: TestResult? {
        let spreads = Ranking.ascending(values.map { ($0.max() ?? 0) - ($0.min() ?? 0) })
        var sums = [Double](repeating: 0, count: treatments)
        var squares = 0.0
        for (block, weight) in zip(values, spreads) {
            for (treatment, rank) in Ranking.ascending(block).enumerated() {
                let score = weight * (rank - (k + 1) / 2)
                sums[treatment] += score
                squares += score * score
            }
        }
        let between = sums.reduce(0) { $0 + $1 * $1 } / n
        guard squares > 0, squares - between > 1e-12 * squares else { return nil }
        return TestResult(f: (n - 1) * between / (squares - between), treatments - 1, (treatments - 1) * (blocks - 1))
    }

    /// Repeated-measures analysis of variance with its effect sizes; nil where nothing varies.
    package var varianceAnalysis: VarianceAnalysis? { VarianceAnalysis(self) }
}
