import Foundation

/// The figures of a training report that most people look for.
package struct ReportSummary: Sendable, Equatable {
    /// `test` or `validation`.
    package let evaluatedOn: String
    /// How many pictures the figures come from.
    package let pictures: Int
    package let accuracy: Double
    package let macroF1: Double
    /// Macro-F1 against the supervised baseline; nil where there is none.
    package let gain: Double?

    /// - Throws: a decoding error where the file is no training report.
    package init(reading file: URL) throws {
        let report = try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: file))
        guard let model = report.student ?? report.supervised else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "the report has no model"))
        }
        evaluatedOn = report.evaluatedOn
        pictures = model.measures.samples
        accuracy = model.accuracy
        macroF1 = model.macroF1
        gain = report.comparison?.macroF1Gain
    }
}
