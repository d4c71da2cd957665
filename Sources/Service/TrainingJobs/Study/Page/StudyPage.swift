import Evaluation
import Jobs

/// `result/report.html`: the whole report as one page that loads nothing and runs nothing.
enum StudyPage {
    static func html(_ report: StudyReport) -> String {
        let names = report.specification.datasets.map(\.description).joined(separator: ", ")
        let sections =
            [summary(report), report.comparisons.map(comparison).joined(), heatMap(report), efficiency(report), pseudoLabels(report)]
            + [trainings(report), notes(report)]
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Study of \(Markup.escape(names)) · Aliquot</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <h1>Study of \(Markup.escape(names))</h1>
            \(sections.joined())
            </body>
            </html>

            """
    }

    private static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; color: #1d2530; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-bottom: 1px solid #d6dce5; padding-bottom: .3rem; }
        table { border-collapse: collapse; margin: .8rem 0; } th, td { padding: .25rem .7rem; text-align: left; border-bottom: 1px solid #e4e8ee; }
        th { font-weight: 600; color: #4a5568; } .n { text-align: right; font-variant-numeric: tabular-nums; }
        .wide { overflow-x: auto; } .verdict { background: #eef4fb; border-left: 4px solid #2b6cb0; padding: .6rem .9rem; }
        .quiet { color: #5b6675; } .bad { color: #a32a1f; } svg { max-width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: #1d2530; }
        .bar { display: inline-block; width: 8rem; height: .7rem; background: #e4e8ee; } .bar span { display: block; height: 100%; background: #2b6cb0; }
        """

    private static func section(_ title: String, _ body: String) -> String { "<section>\n<h2>\(title)</h2>\n\(body)</section>\n" }
    private static func paragraph(_ text: String, _ kind: String = "quiet") -> String {
        "<p class=\"\(kind)\">\(Markup.escape(text))</p>\n"
    }

    private static func summary(_ report: StudyReport) -> String {
        let asked = report.specification
        let done = report.trainings.count { $0.outcome != nil }
        let datasets = asked.datasets.enumerated().map { index, name in
            asked.revisions.indices.contains(index) ? "\(name) (revision \(asked.revisions[index]))" : "\(name)"
        }
        let rows = [
            ("Datasets", datasets.joined(separator: ", ")), ("Networks", asked.networks.joined(separator: ", ")),
            (
                "Standard networks",
                asked.standardNetworks.isEmpty ? "none" : asked.standardNetworks.joined(separator: ", ") + " (on labels alone)"
            ),
            ("Methods", asked.methods.map(\.rawValue).joined(separator: ", ")),
            ("Seeds", asked.seeds.map(String.init).joined(separator: ", ")),
            ("Trainings", "\(report.trainings.count), of which \(done) have a result"),
            ("Figures from", report.evaluatedOn.map { "\($0) pictures" }.joined(separator: ", ")),
        ]
        return Markup.table(["", ""], rows.map { [Markup.escape($0.0), Markup.escape($0.1)] })
            + report.comparisons.map { paragraph("\(title($0.question)) \($0.verdict)", "verdict") }.joined()
    }

    private static func title(_ question: StudyComparison.Question) -> String {
        switch question {
        case .method: "Which method?"
        case .network: "Which network?"
        case .compactSemiSupervised: "Compact with unlabelled pictures, or standard with labels alone?"
        }
    }

    private static func comparison(_ one: StudyComparison) -> String {
        let treatments = one.treatments.sorted { $0.averageRank < $1.averageRank }.map { treatment -> [String] in
            [
                Markup.escape(treatment.name), Figure.fixed(treatment.averageRank, 2), Figure.fixed(treatment.macroF1.mean),
                treatment.macroF1.standardDeviation.map { Figure.fixed($0) } ?? "–",
                treatment.shapiroWilk.map { Figure.shortP($0.p) } ?? "–",
            ]
        }
        func test(_ name: String, _ symbol: String, _ result: TestResult?) -> String? {
            result.map { result in
                let freedom = result.freedom.map(String.init).joined(separator: ", ")
                return "\(name) \(symbol)(\(freedom)) = \(Figure.fixed(result.statistic)), p \(Figure.p(result.p))"
            }
        }
        var tests = [
            test("Friedman", "χ²", one.friedman), test("Iman-Davenport", "F", one.imanDavenport), test("Quade", "F", one.quade),
            test("Levene", "F", one.levene), one.variance.flatMap { test("Repeated measures", "F", $0.test) },
        ].compactMap(\.self)
        if let variance = one.variance {
            tests.append("η² = \(Figure.fixed(variance.etaSquared)), partial η² = \(Figure.fixed(variance.partialEtaSquared))")
        }
        tests.append("Nemenyi critical difference \(Figure.fixed(one.nemenyi.value, 2)) ranks at α = \(one.nemenyi.alpha)")
        let contrasts = one.contrasts.sorted { $0.p < $1.p }.map(cells)
        let numbers = Set(1...9)
        var body = paragraph(one.verdict, "verdict") + RankDiagram.svg(one)
        body += Markup.table(["", "average rank", "mean macro-F1", "SD", "Shapiro-Wilk p"], treatments, numeric: numbers)
        body += paragraph(tests.joined(separator: " · "))
        body += "<p>Against \(Markup.escape(one.control)), the best-ranked:</p>\n"
        body += Markup.table(
            ["", "z", "p", "Holm", "Bonferroni", "Benjamini-Hochberg", "Wilcoxon p", "lead in macro-F1", "Cohen's d", "d_z"], contrasts,
            numeric: numbers)
        let left = one.incompleteBlocks.joined(separator: "; ")
        body += paragraph("\(one.blocks.count) blocks\(left.isEmpty ? "" : "; left out for want of a result: \(left)").")
        body += one.notes.map { paragraph($0) }.joined()
        return section(title(one.question), body)
    }

    private static func cells(_ contrast: StudyComparison.Contrast) -> [String] {
        var cells = [Markup.escape(contrast.treatment)]
        cells.append(Figure.fixed(contrast.z))
        for p in [contrast.p, contrast.holm, contrast.bonferroni, contrast.benjaminiHochberg] { cells.append(Figure.shortP(p)) }
        cells.append(contrast.wilcoxon.map { Figure.shortP($0.p) } ?? "–")
        cells.append(Figure.fixed(contrast.effect.meanDifference))
        for size in [contrast.effect.pooled, contrast.effect.paired] { cells.append(size.map { Figure.fixed($0, 2) } ?? "–") }
        return cells
    }

    private static func heatMap(_ report: StudyReport) -> String {
        let columns = report.specification.columns
        var (methods, networks): ([String], [String]) = ([], [])
        for (network, method) in columns {
            if !methods.contains(method.rawValue) { methods.append(method.rawValue) }
            if !networks.contains(network) { networks.append(network) }
        }
        let values = report.cells.map(\.macroF1.mean)
        guard let low = values.min(), let high = values.max() else { return "" }
        // The longer axis goes across: datasets go down already.
        let networksGoAcross = networks.count > methods.count
        let (across, down) = networksGoAcross ? (networks, methods) : (methods, networks)
        var rows = ""
        for dataset in report.specification.datasets.map(\.description) {
            for name in down {
                let cells = across.map { other -> String in
                    let (network, method) = networksGoAcross ? (other, name) : (name, other)
                    let cell = report.cells.first { $0.dataset == dataset && $0.network == network && $0.method == method }
                    guard let cell else { return "<td class=\"n\">–</td>" }
                    return HeatMap.cell(cell.macroF1, low: low, high: high)
                }
                rows += "<tr><td>\(Markup.escape(dataset))</td><td>\(Markup.escape(name))</td>\(cells.joined())</tr>\n"
            }
        }
        let header = ["dataset", networksGoAcross ? "method" : "network"] + across
        return section(
            "Macro-F1",
            "<div class=\"wide\"><table><thead><tr>\(header.map { "<th>\(Markup.escape($0))</th>" }.joined())</tr></thead><tbody>\n\(rows)</tbody></table></div>\n"
                + paragraph("Mean ± standard deviation over seeds; darker is higher, from \(Figure.fixed(low)) to \(Figure.fixed(high))."))
    }

    private static func efficiency(_ report: StudyReport) -> String {
        guard !report.points.isEmpty else { return "" }
        let rows = report.points.enumerated().map { index, point -> [String] in
            [
                "\(index + 1)", Markup.escape(point.network), Markup.escape(point.method), Markup.escape(point.precision),
                Figure.percent(point.accuracy), Figure.megabytes(point.fileBytes),
                point.latencyMilliseconds.map { Figure.fixed($0, 2) } ?? "–",
                [point.isSmallest ? "size" : nil, point.isFastest ? "latency" : nil].compactMap(\.self).joined(separator: ", "),
            ]
        }
        let size = ScatterPlot(
            points: report.points.enumerated().map { index, point in
                ScatterPlot.Point(label: "\(index + 1)", x: point.fileBytes / 1e6, y: point.accuracy * 100, isFront: point.isSmallest)
            }, horizontal: "file, MB")
        let latency = ScatterPlot(
            points: report.points.enumerated().compactMap { index, point -> ScatterPlot.Point? in
                point.latencyMilliseconds.map {
                    ScatterPlot.Point(label: "\(index + 1)", x: $0, y: point.accuracy * 100, isFront: point.isFastest)
                }
            }, horizontal: "one picture, ms")
        return section(
            "Accuracy against size and time",
            size.svg + latency.svg
                + Markup.table(
                    ["", "network", "method", "precision", "accuracy, %", "file, MB", "one picture, ms", "Pareto front of"], rows,
                    numeric: [0, 4, 5, 6])
                + paragraph("Means over datasets and seeds. On a front: nothing else is at least as accurate for less."))
    }

    private static func pseudoLabels(_ report: StudyReport) -> String {
        let rows = report.trainings.compactMap { row -> [String]? in
            guard let outcome = row.outcome, let labels = outcome.pseudoLabels else { return nil }
            let shares = labels.classShares.sorted { $0.key < $1.key }.map { "\(Markup.escape($0.key)) \(Figure.percent($0.value)) %" }
            return [
                Markup.escape(row.dataset), Markup.escape(row.network), Markup.escape(row.method.rawValue), "\(row.seed)",
                "\(HeatMap.bar(labels.maskRate)) \(Figure.percent(labels.maskRate)) %", labels.kept.map(String.init) ?? "–",
                labels.meanProbability.map { Figure.fixed($0) } ?? "–", labels.accuracy.map { "\(Figure.percent($0)) %" } ?? "–",
                shares.joined(separator: ", "),
                outcome.supervisedMacroF1.map { Figure.fixed(outcome.macroF1 - $0) } ?? "–",
            ]
        }
        guard !rows.isEmpty else { return "" }
        let isKnown = report.trainings.contains { $0.outcome?.pseudoLabels?.accuracy != nil }
        let header = ["dataset", "network", "method", "seed", "unlabelled pictures used", "kept", "mean probability", "right"]
        var body = Markup.table(header + ["as what", "gain in macro-F1"], rows, numeric: [3, 5, 6, 7, 9])
        if !isKnown { body += paragraph("How many of them are right is not known: nobody has labelled these pictures.") }
        body += paragraph("The gain is over the same network trained on labels alone.")
        return section("Pseudo-labels", body)
    }

    private static func trainings(_ report: StudyReport) -> String {
        let rows = report.trainings.map { row -> [String] in
            [
                Markup.escape(row.dataset), Markup.escape(row.network), Markup.escape(row.method.rawValue), "\(row.seed)",
                row.outcome.map { Figure.fixed($0.macroF1) } ?? "–", row.outcome.map { Figure.percent($0.accuracy) } ?? "–",
                row.failure.map { "<span class=\"bad\">\(Markup.escape($0))</span>" }
                    ?? Markup.escape(row.model.map { "\($0) version \(row.version.map(String.init) ?? "–")" } ?? ""),
            ]
        }
        return section(
            "Trainings",
            Markup.table(["dataset", "network", "method", "seed", "macro-F1", "accuracy, %", "model"], rows, numeric: [3, 4, 5]))
    }

    private static func notes(_ report: StudyReport) -> String {
        guard !report.notes.isEmpty else { return "" }
        return section("Notes", "<ul>\(report.notes.map { "<li>\(Markup.escape($0))</li>" }.joined())</ul>\n")
    }
}
