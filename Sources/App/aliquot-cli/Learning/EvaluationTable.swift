import Aliquot
import Foundation

/// An evaluation as text for a terminal: the figures, each class, and which class was taken for which.
enum EvaluationTable {
    static func text(_ evaluation: Evaluation) -> String {
        let interval = evaluation.full.macroF1Interval
        let figures = String(
            format: "macro-F1 %.3f (95 %%: %.3f to %.3f), accuracy %.1f %%", evaluation.macroF1, interval.low, interval.high,
            evaluation.accuracy * 100)
        let head = "\(figures) on \(evaluation.pictures) \(evaluation.role) pictures, \(evaluation.precision)"
        let rows = evaluation.classes.map { one in
            [one.label, "\(one.pictures)"] + [one.precision, one.recall, one.f1].map { String(format: "%.3f", $0) }
        }
        let labels = evaluation.classes.map(\.label)
        let confusion = zip(labels, evaluation.confusion).map { label, counts in [label] + counts.map { "\($0)" } }
        var text = [head, "", PlainTable.text([["class", "pictures", "precision", "recall", "F1"]] + rows)]
        // Wider ones are for the report.
        if labels.count <= 12 { text += ["", PlainTable.text([["truth ↓ said →"] + labels] + confusion)] }
        return text.joined(separator: "\n")
    }
}
