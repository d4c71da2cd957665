import Training

/// Loss, macro-F1 and, of methods that use unlabelled pictures, how many of them were used, by epoch.
struct LearningCurves {
    private let trainings: [(name: String, summary: TrainingSummary)]

    init(_ report: TrainingReport) {
        let all: [(String, ModelOutcome?)] = [
            (report.supervisedIsTeacher ? "labels alone, teacher" : report.student == nil ? "training" : "labels alone", report.supervised),
            ("teacher", report.teacher), ("with unlabelled pictures", report.student),
        ]
        trainings = all.compactMap { name, outcome in outcome.map { (name, $0.training) } }.filter { !$0.1.history.isEmpty }
    }

    var html: HTML {
        guard !trainings.isEmpty else { return "" }
        let marks: HTML =
            "<p class=\"small soft\">A dot marks the epoch whose weights were kept: the best macro-F1 on the validation pictures.</p>"
        return ReportPage.section("How it learned", ["<div class=\"columns\">", loss, quality] + use + ["</div>", marks])
    }

    private var loss: HTML {
        let lines = trainings.enumerated().flatMap { index, training -> [Chart.Line] in
            let history = training.summary.history
            return [
                Chart.Line(
                    name: "\(training.name), learning", colour: ReportStyle.curve(index), isDashed: true,
                    points: history.map { (Double($0.epoch), $0.trainLoss) }),
                Chart.Line(
                    name: "\(training.name), validation", colour: ReportStyle.curve(index),
                    points: history.map { (Double($0.epoch), $0.validationLoss) }, marked: best(training.summary, \.validationLoss)),
            ]
        }
        return Chart("Loss (lower is better)", xName: "epoch", yName: "cross-entropy", lines: lines).figure(lines)
    }

    private var quality: HTML {
        let lines = trainings.enumerated().map { index, training in
            Chart.Line(
                name: training.name, colour: ReportStyle.curve(index),
                points: training.summary.history.map { (Double($0.epoch), $0.validationMacroF1) },
                marked: best(training.summary, \.validationMacroF1))
        }
        return Chart("Macro-F1 on the validation pictures (higher is better)", xName: "epoch", yName: "macro-F1", lines: lines, top: 1)
            .figure(lines)
    }

    /// What the procedure counted besides: shares go into one plot.
    private var use: [HTML] {
        let lines = trainings.enumerated().compactMap { index, training -> Chart.Line? in
            let points = training.summary.history.compactMap { epoch in epoch.measures["mask_rate"].map { (x: Double(epoch.epoch), y: $0) }
            }
            return points.isEmpty ? nil : Chart.Line(name: training.name, colour: ReportStyle.curve(index), points: points)
        }
        guard !lines.isEmpty else { return [] }
        return [
            Chart("Share of the unlabelled pictures that is used", xName: "epoch", yName: "mask rate", lines: lines, top: 1).figure(lines)
        ]
    }

    private func best(_ summary: TrainingSummary, _ value: KeyPath<EpochMetrics, Double>) -> (x: Double, y: Double)? {
        summary.history.first { $0.epoch == summary.bestEpoch }.map { (x: Double($0.epoch), y: $0[keyPath: value]) }
    }
}
