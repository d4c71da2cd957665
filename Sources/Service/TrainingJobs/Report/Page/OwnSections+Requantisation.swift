import Quantization

extension OwnSections {
    init(_ report: RequantisationReport) throws {
        let asked = report.specification
        let used = report.pictures
        let split = used.validationSource == "split" ? " (set aside from the labelled ones, as they were for the training)" : ""
        self.init(
            title: "\(asked.model), version \(asked.version): int8 again", dataset: asked.dataset, revision: asked.revision,
            use:
                "The ranges of int8 come from \(report.quantisation.calibrationPictures) of \(used.training) labelled pictures; \(used.validation) for validation\(split), \(used.test) for the test.",
            asked: try Facts.of(asked), seed: asked.seed)
        let notes = report.notes.map { note -> HTML in "<p class=\"small soft\">\(note)</p>" }
        making = [
            ReportPage.section(
                "What was made",
                [
                    "<p>The network's float part is that of version \(asked.version), as it was; its int8 form was made anew and judged on this machine.</p>"
                ] + notes)
        ]
    }
}
