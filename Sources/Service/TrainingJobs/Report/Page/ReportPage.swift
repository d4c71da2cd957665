import Base
import DatasetStore
import Evaluation
import Quantization

/// `result/report.html`: a report on a model for a reader. One file by itself: styles, plots and thumbnails stand in it, nothing is fetched, no script runs.
///
/// Measures and specification are shown by what their JSON holds, so that a new field appears without a change here.
struct ReportPage {
    private let report: any MeasuredReport
    private let own: OwnSections
    /// Of `report.mostWrong`, in its order.
    private let thumbnails: [Thumbnail]

    init(_ report: TrainingReport, thumbnails: [Thumbnail]) throws {
        self.report = report
        self.own = try OwnSections(report)
        self.thumbnails = thumbnails
    }

    init(_ report: RequantisationReport, thumbnails: [Thumbnail]) throws {
        self.report = report
        self.own = try OwnSections(report)
        self.thumbnails = thumbnails
    }

    private var model: NetworkOutcome? { report.measured }
    private var evaluated: Int { model?.measures.samples ?? 0 }

    var html: HTML {
        get throws {
            let rest: [HTML] = [
                try classes, certainty,
                WrongGallery(pictures: report.mostWrong ?? [], thumbnails: thumbnails, evaluated: evaluated).html, precisions, data,
                try measures, Self.section("What was asked", [Table.facts(own.asked)]), origin,
            ]
            return Self.document(own.title, [heading, summary] + own.making + rest)
        }
    }

    /// A whole page. The policy forbids what is not there anyway: a script or an address could only come from a fault in this program.
    static func document(_ title: String, _ sections: [HTML]) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>\(title)</title><style>\(ReportStyle.css)</style></head>
        <body><main>
        \(sections)
        </main></body></html>

        """
    }

    static func section(_ title: String, _ content: [HTML]) -> HTML {
        content.allSatisfy { $0.text.isEmpty } ? "" : "<section><h2>\(title)</h2>\(content)</section>\n"
    }

    private var heading: HTML {
        let made = report.origin.map { "Finished \($0.finishedAt) by aliquot \($0.version)." } ?? ""
        let data = "Dataset \(own.dataset)" + (own.revision.map { ", revision \($0)" } ?? "")
        return "<header><h1>\(own.title)</h1><p class=\"soft\">\(data). \(made)</p></header>\n"
    }

    private var summary: HTML {
        guard let model else { return "" }
        let isTest = report.evaluatedOn == "test"
        let on =
            isTest
            ? "Measured on \(evaluated) test pictures, which nothing was learned from."
            : "Measured on \(evaluated) validation pictures, because there are no test pictures: these figures flatter."
        let served = report.quantised?.served.rawValue ?? "float"
        var tiles = [
            tile("Macro-F1", Figures.decimal(model.macroF1), "95 %: \(Figures.interval(model.intervals.macroF1))"),
            tile("Accuracy", Figures.percent(model.accuracy), "95 %: \(Figures.interval(model.intervals.accuracy))"),
        ]
        if let precision = report.precisions[served] {
            tiles.append(tile("Size", Figures.bytes(precision.fileBytes), "\(served) is served"))
        }
        if let latency = report.efficiency.latencies?[served]?.allThreads {
            let threads = latency.threads == 1 ? "one thread" : "\(latency.threads) threads"
            tiles.append(tile("One picture takes", Figures.milliseconds(latency.median), "median, \(threads)"))
        }
        return "<section><p>\(on)</p><div class=\"tiles\">\(tiles)</div>\(own.verdict)</section>\n"
    }

    private func tile(_ name: String, _ value: String, _ below: String) -> HTML {
        "<div class=\"tile\"><span class=\"soft\">\(name)</span><b>\(value)</b><span class=\"soft small\">\(below)</span></div>"
    }

    private var classes: HTML {
        get throws {
            guard let model else { return "" }
            return Self.section(
                "Each class",
                [
                    "<div class=\"columns\">", try MeasureTables.perClass(model.measures, classes: report.classes),
                    ConfusionHeatMap(counts: model.measures.confusion.counts, classes: report.classes).html, "</div>",
                ])
        }
    }

    private var certainty: HTML {
        let calibration = report.calibration
        let raw = calibration.raw.expectedCalibrationError
        let error = calibration.scaled.map {
            "Expected calibration error \(Figures.decimal(raw)) as the network gives it, \(Figures.decimal($0.expectedCalibrationError)) as it answers, "
                + "with temperature \(Figures.decimal($0.temperature, 2))."
        }
        return Self.section(
            "How honest its probabilities are",
            [
                "<p>On the diagonal a probability of 80 % is right in 80 of 100 cases; below it the network is too sure of itself.</p>",
                CalibrationPlot(calibration).html,
                "<p class=\"small soft\">\(error ?? "Expected calibration error \(Figures.decimal(raw)).") Temperature: \(report.temperature.note).</p>",
                predictionSets,
            ])
    }

    /// What the sets of classes that answers carry are worth.
    private var predictionSets: HTML {
        guard let conformal = report.conformal else { return "" }
        let promise =
            "Each answer carries a set of classes that shall hold the true one in \(Figures.percent(1 - conformal.alpha)) of the cases (\(conformal.note)). "
        let found = conformal.precisions.sorted { $0.key < $1.key }.map { name, outcome in
            "In \(name) it does in \(Figures.percent(outcome.coverage.coverage)), with \(Figures.decimal(outcome.coverage.meanSize, 2)) classes a set."
        }
        return "<p class=\"small soft\">\(promise + found.joined(separator: " "))</p>"
    }

    private var precisions: HTML {
        let names = report.precisions.keys.sorted()
        let rows = names.compactMap { name -> [HTML]? in
            guard let outcome = report.precisions[name] else { return nil }
            let speed = report.efficiency.latencies?[name]
            func latency(_ one: LatencyOutcome.OnePicture?) -> String {
                one.map { "\(Figures.milliseconds($0.median)) (\(Figures.milliseconds($0.p95)))" } ?? "–"
            }
            let isServed = report.quantised.map { $0.served.rawValue == name } ?? false
            return [
                "\(name)\(isServed ? ", served" : "")", "\(Figures.percent(outcome.accuracy))", "\(Figures.decimal(outcome.macroF1))",
                "\(Figures.bytes(outcome.fileBytes))", "\(latency(speed?.oneThread))", "\(latency(speed?.allThreads))",
                "\(speed.map { Figures.decimal($0.imagesPerSecondOfBatch16, 0) } ?? "–")",
                "\(speed.map { Figures.bytes($0.activationBytes) } ?? "–")",
            ]
        }
        let threads = report.efficiency.threads
        let columns = [
            "arithmetic", "accuracy", "macro-F1", "file", "one picture, one thread",
            "one picture, \(threads) thread\(threads == 1 ? "" : "s")",
            "pictures/s, batch 16", "activations",
        ].map { Table.Column(title: $0) }
        let agreement = report.agreement.map { "Both give the same class for \(Figures.percent($0)) of the pictures. " } ?? ""
        let doubt =
            report.int8.map { int8 in
                int8.margin > 0
                    ? "int8 is in doubt about \(Figures.percent(int8.doubt)) of them and asks float; left alone it gives float's class for \(Figures.percent(int8.agreementAlone)). "
                    : ""
            } ?? ""
        let reasons = (report.quantised?.reasons ?? []).map { reason -> HTML in "<p class=\"small soft\">\(reason)</p>" }
        return Self.section(
            "Size and speed",
            [
                Table.of("", columns, rows),
                "<p class=\"small soft\">\(agreement)\(doubt)Times are medians on this machine, in brackets the 95th percentile, without decoding. \(Figures.large(report.efficiency.parameters)) parameters, \(Figures.large(report.efficiency.multiplyAdds)) multiply-adds a picture.</p>",
            ] + reasons)
    }

    private var data: HTML {
        guard let data = report.data else { return Self.section("The pictures", ["<p>\(own.use)</p>"]) }
        let rows = data.counts.perClass.map { one -> [HTML] in ["\(one.label)", "\(one.train)", "\(one.validation)", "\(one.test)"] }
        let findings = (data.findings ?? []).map { finding -> HTML in
            let examples = finding.examples.prefix(3).map { $0.prefix(4).joined(separator: " = ") }.joined(separator: "; ")
            let shown: HTML = examples.isEmpty ? "" : "<br><span class=\"soft small\">such as \(examples)</span>"
            let kind: HTML = finding.severity == .error ? "bad" : ""
            return "<div class=\"note \(kind)\"><strong>\(Figures.words(finding.kind.rawValue))</strong>: \(finding.detail)\(shown)</div>"
        }
        let columns = ["class", "train", "validation", "test"].map { Table.Column(title: $0) }
        let none: HTML = data.findings?.isEmpty == true ? "<p class=\"soft\">Nothing was found to be wrong with them.</p>" : ""
        return Self.section(
            "The pictures",
            [
                "<p>\(own.use)</p>", Table.of("Labelled pictures of the revision", columns, rows), none, "\(findings)",
                "<p class=\"small soft\">SHA-256 of the revision: \(data.digest.description)</p>",
            ])
    }

    private var measures: HTML {
        get throws {
            guard let model else { return "" }
            return Self.section("All measures", [try MeasureTables.all(model.measures)])
        }
    }

    private var origin: HTML {
        var rows: [(name: String, value: String)] = [("seed", "\(own.seed)"), ("threads", "\(report.efficiency.threads)")]
        if let origin = report.origin {
            rows += [
                ("job", origin.job), ("program", "aliquot \(origin.version), report format \(report.format)"), ("kernels", origin.backend),
                ("machine", "\(origin.platform), \(origin.cores) cores"), ("finished", "\(origin.finishedAt)"),
            ]
        }
        let phases = report.efficiency.phaseSeconds.sorted { $0.key < $1.key }
        rows += phases.map { ("time of \(Figures.words($0.key))", Figures.duration($0.value)) }
        rows.append(("time of all phases", Figures.duration(phases.reduce(0) { $0 + $1.value })))
        return Self.section("How it was made", [Table.facts(rows + own.facts)])
    }
}
