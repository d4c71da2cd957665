import Evaluation

extension StudyComparison {
    /// Below this p a difference is called one.
    static let alpha = 0.05

    /// - Parameters:
    ///   - names: of the treatments.
    ///   - scores: by block and treatment; a block that lacks one is left out and named.
    ///   - order: of the blocks.
    /// - Returns: nil for fewer than two treatments or complete blocks.
    init?(
        _ question: Question, names: [String], order: [String], scores: [String: [String: Double]], notes: [String]
    ) throws(EvaluationError) {
        var complete: [String] = []
        var rows: [[Double]] = []
        for block in order {
            let row = names.compactMap { scores[block]?[$0] }
            guard row.count == names.count else { continue }
            complete.append(block)
            rows.append(row)
        }
        guard names.count >= 2, rows.count >= 2 else { return nil }
        let table = try BlockTable(rows)
        let ranks = table.averageRanks
        self.question = question
        blocks = complete
        incompleteBlocks = order.filter { !complete.contains($0) }
        values = rows
        var treatments: [Treatment] = []
        for (index, name) in names.enumerated() {
            let column = table.column(index)
            treatments.append(
                Treatment(
                    name: name, averageRank: ranks[index], macroF1: try SampleMoments(column),
                    shapiroWilk: ShapiroWilk.sizes.contains(column.count) ? try ShapiroWilk.test(column) : nil))
        }
        self.treatments = treatments
        levene = try Levene.test(names.indices.map { table.column($0) })
        friedman = table.friedman
        imanDavenport = table.imanDavenport
        quade = table.quade
        variance = table.varianceAnalysis
        let post = PostHoc(table)
        control = names[post.control]
        let best = table.column(post.control)
        var contrasts: [Contrast] = []
        for one in post.comparisons {
            let other = table.column(one.treatment)
            contrasts.append(
                Contrast(
                    treatment: names[one.treatment], z: one.z, p: one.p, holm: one.holm, bonferroni: one.bonferroni,
                    benjaminiHochberg: one.benjaminiHochberg, wilcoxon: try WilcoxonSignedRank(best, other),
                    effect: try EffectSize(best, other)))
        }
        self.contrasts = contrasts
        nemenyi = CriticalDifference(treatments: names.count, blocks: rows.count, alpha: Self.alpha)
        verdict = Self.verdict(friedman, control: control, contrasts: contrasts)
        var notes = notes
        if rows.count < 6 {
            notes.append("\(rows.count) blocks: tests have little power; that no difference is shown does not mean that there is none.")
        }
        self.notes = notes
    }

    private static func verdict(_ friedman: TestResult?, control: String, contrasts: [Contrast]) -> String {
        guard let friedman else { return "All are the same in every block." }
        let p = Figure.p(friedman.p)
        guard friedman.p < alpha else { return "No difference can be shown (Friedman p \(p)); \(control) has the best average rank." }
        let beaten = contrasts.filter { $0.holm < alpha }.map(\.treatment)
        guard !beaten.isEmpty else {
            return
                "They differ (Friedman p \(p)), but \(control), which has the best average rank, is not clearly better than any other (Holm)."
        }
        return
            "They differ (Friedman p \(p)): \(control) has the best average rank and is better than \(beaten.joined(separator: ", ")) (Holm, α = 0.05)."
    }
}
