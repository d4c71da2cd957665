/// Which class was taken for which: rows are the truth, columns what the network said; the darker, the larger the share of the row.
struct ConfusionHeatMap {
    /// More classes than this make a table that nobody reads: then only the most frequent confusions are listed.
    static let limit = 30

    /// `[true class][predicted class]`.
    let counts: [[Int]]
    let classes: [String]

    var html: HTML {
        guard !counts.isEmpty, counts.count == classes.count else { return "" }
        return counts.count > Self.limit ? pairs : matrix
    }

    private var matrix: HTML {
        let head = classes.map { name -> HTML in "<th scope=\"col\">\(name)</th>" }
        let body = counts.indices.map { row -> HTML in
            let total = max(1, counts[row].reduce(0, +))
            let cells = counts[row].enumerated().map { column, count -> HTML in
                cell(count, share: Double(count) / Double(total), isRight: column == row)
            }
            return "<tr><th scope=\"row\">\(classes[row])</th>\(cells)</tr>"
        }
        return """
            <div class="scroll"><table class="matrix"><caption>Which class was taken for which</caption>\
            <thead><tr><th scope="col">truth ↓ said →</th>\(head)</tr></thead><tbody>\(body)</tbody></table></div>
            """
    }

    private func cell(_ count: Int, share: Double, isRight: Bool) -> HTML {
        guard count > 0 else { return "<td class=\"soft\">0</td>" }
        let colour = isRight ? "0,114,178" : "213,94,0"
        // White on the dark ones, and in both colour schemes the same.
        let ink = share > 0.55 ? "#fff" : "inherit"
        return "<td style=\"background:rgba(\(colour),\(Figures.decimal(0.12 + 0.83 * share, 2)));color:\(ink)\">\(count)</td>"
    }

    private var pairs: HTML {
        var confused: [(truth: Int, said: Int, count: Int)] = []
        for (truth, row) in counts.enumerated() {
            for (said, count) in row.enumerated() where said != truth && count > 0 { confused.append((truth, said, count)) }
        }
        confused.sort { $0.count == $1.count ? ($0.truth, $0.said) < ($1.truth, $1.said) : $0.count > $1.count }
        let rows = confused.prefix(Self.limit).map { pair -> [HTML] in ["\(classes[pair.truth])", "\(classes[pair.said])", "\(pair.count)"]
        }
        let columns: [Table.Column] = [
            .init(title: "truth", isNumber: false), .init(title: "said", isNumber: false), .init(title: "pictures"),
        ]
        return "<div>\(Table.of("The most frequent confusions", columns, rows))</div>"
    }
}
