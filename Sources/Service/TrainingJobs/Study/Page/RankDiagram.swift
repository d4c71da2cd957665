import Evaluation

/// A critical-difference diagram (Demšar 2006, figure 1): treatments on a line by average rank, bars over those that cannot be told apart.
enum RankDiagram {
    private static let width = 760.0
    /// Left and right of the line there is room for names.
    private static let margin = 230.0
    private static let rowHeight = 22.0

    static func svg(_ comparison: StudyComparison) -> String {
        let order = comparison.treatments.indices.sorted { comparison.treatments[$0].averageRank < comparison.treatments[$1].averageRank }
        let count = order.count
        func x(_ rank: Double) -> Double { margin + (rank - 1) / Double(max(1, count - 1)) * (width - 2 * margin) }
        let groups = comparison.nemenyi.groups(comparison.treatments.map(\.averageRank))
        let axis = 62.0
        let names = axis + 16 + Double(groups.count) * 9
        let rows = (count + 1) / 2
        let height = names + Double(rows) * rowHeight + 10
        var parts: [String] = []
        func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ more: String = "stroke=\"#1d2530\"") {
            let (a, b, c, d) = (Markup.number(x1), Markup.number(y1), Markup.number(x2), Markup.number(y2))
            parts.append("<line x1=\"\(a)\" y1=\"\(b)\" x2=\"\(c)\" y2=\"\(d)\" \(more)/>")
        }
        func text(_ x: Double, _ y: Double, _ text: String, _ anchor: String) {
            parts.append(
                "<text x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\" text-anchor=\"\(anchor)\">\(Markup.escape(text))</text>")
        }
        line(x(1), axis, x(Double(count)), axis)
        for rank in 1...max(1, count) {
            line(x(Double(rank)), axis - 6, x(Double(rank)), axis)
            text(x(Double(rank)), axis - 10, "\(rank)", "middle")
        }
        // The critical difference, as long as the line at most: where it is longer, nothing can be told apart.
        let reach = min(comparison.nemenyi.value, Double(count - 1))
        line(x(1), 16, x(1 + reach), 16, "stroke=\"#b4541a\" stroke-width=\"2\"")
        for end in [x(1), x(1 + reach)] { line(end, 11, end, 21, "stroke=\"#b4541a\" stroke-width=\"2\"") }
        text(x(1) - 8, 20, "critical difference \(Figure.fixed(comparison.nemenyi.value, 2))", "end")
        for (place, index) in order.enumerated() {
            let treatment = comparison.treatments[index]
            let isLeft = place < rows
            let row = Double(isLeft ? place : count - 1 - place)
            let y = names + (row + 0.5) * rowHeight
            let edge = isLeft ? margin - 12 : width - margin + 12
            line(x(treatment.averageRank), axis, x(treatment.averageRank), y)
            line(x(treatment.averageRank), y, edge, y)
            let label =
                isLeft
                ? "\(treatment.name)  \(Figure.fixed(treatment.averageRank, 2))"
                : "\(Figure.fixed(treatment.averageRank, 2))  \(treatment.name)"
            text(isLeft ? edge - 5 : edge + 5, y + 4, label, isLeft ? "end" : "start")
        }
        for (row, group) in groups.enumerated() {
            let ranks = group.map { comparison.treatments[$0].averageRank }
            let y = axis + 10 + Double(row) * 9
            line(x(ranks.min() ?? 1) - 4, y, x(ranks.max() ?? 1) + 4, y, "stroke=\"#2b6cb0\" stroke-width=\"4\"")
        }
        let title = "Average ranks; bars join what cannot be told apart."
        return """
            <svg viewBox="0 0 \(Markup.number(width)) \(Markup.number(height))" width="\(Markup.number(width))" role="img" aria-label="\(title)">
            \(parts.joined(separator: "\n"))
            </svg>
            <p class="quiet">\(title)</p>

            """
    }
}
