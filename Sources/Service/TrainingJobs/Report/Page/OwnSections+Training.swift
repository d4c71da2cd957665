import Evaluation
import SemiSupervised
import Training

extension OwnSections {
    init(_ report: TrainingReport) throws {
        let asked = report.specification
        let used = report.pictures
        let split = used.validationSource == "split" ? " (set aside from the labelled ones)" : ""
        self.init(
            title: "\(asked.model): \(Figures.words(asked.method.rawValue)) with \(asked.network)", dataset: asked.dataset,
            revision: asked.revision, verdict: Self.verdict(report), making: [Self.learning(report), LearningCurves(report).html],
            use:
                "Learned from \(used.training) labelled and \(used.unlabelled) unlabelled pictures; \(used.validation) for validation\(split), \(used.test) for the test.",
            asked: try Facts.of(asked), seed: asked.seed)
        let history = (report.student ?? report.supervised)?.training.history ?? []
        let rates = history.map(\.imagesPerSecond).filter(\.isFinite).sorted()
        if !rates.isEmpty { facts = [("training pictures/s", Figures.decimal(rates[rates.count / 2], 1) + " (median of the epochs)")] }
    }

    private static func verdict(_ report: TrainingReport) -> HTML {
        guard let comparison = report.comparison else { return "" }
        let (kind, sentence) =
            switch comparison.verdict {
            case .useCandidate: ("good", "The pictures without a label helped: use this model.")
            case .noEvidence: ("", "There is no evidence that the pictures without a label helped.")
            case .useBaseline: ("bad", "The pictures without a label did harm: use the network trained on labels alone.")
            }
        let p = comparison.mcNemarP < 0.001 ? "< 0.001" : "= \(Figures.decimal(comparison.mcNemarP))"
        let range = comparison.macroF1GainInterval
        let figures =
            "Macro-F1 \(Figures.signed(comparison.macroF1Gain)) against labels alone (95 % interval \(Figures.signed(range.low)) to "
            + "\(Figures.signed(range.high)); McNemar's exact p \(p)). \(comparison.onlyCandidateRight) pictures only this model gets right, "
            + "\(comparison.onlyBaselineRight) only the other."
        let used = report.pseudoLabels.map {
            " \($0.kept) of \($0.unlabelled) pictures without a label were used, each with a mean probability above \($0.confidence)."
        }
        return "<div class=\"note \(kind)\"><strong>\(sentence)</strong><p class=\"small\">\(figures)\(used ?? "")</p></div>"
    }

    private static func learning(_ report: TrainingReport) -> HTML {
        let trained: [(String, ModelOutcome?)] = [
            (report.supervisedIsTeacher ? "labels alone (also the teacher)" : "labels alone", report.supervised),
            ("the teacher", report.teacher),
            ("labelled and unlabelled pictures", report.student),
        ]
        let rows = trained.compactMap { name, outcome -> [HTML]? in
            guard let outcome else { return nil }
            let epochs = "\(outcome.training.bestEpoch) of \(outcome.training.history.count)"
            return [
                "\(name)", "\(outcome.network)", "\(outcome.training.trainingPictures)", "\(Figures.percent(outcome.accuracy))",
                "\(Figures.decimal(outcome.macroF1))", "\(Figures.interval(outcome.intervals.macroF1))", "\(epochs)",
            ]
        }
        let columns: [Table.Column] = [
            .init(title: "learned from"), .init(title: "network", isNumber: false), .init(title: "pictures"), .init(title: "accuracy"),
            .init(title: "macro-F1"), .init(title: "95 % interval"), .init(title: "best epoch"),
        ]
        let notes = report.notes.map { note -> HTML in "<p class=\"small soft\">\(note)</p>" }
        return ReportPage.section("What was learned", [Table.of("", columns, rows)] + notes)
    }
}
