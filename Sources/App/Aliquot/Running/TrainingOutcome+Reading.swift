import Foundation
import ModelFormat
import TrainingJobs

extension TrainingOutcome {
    /// Reads the outcome of a finished run.
    /// - Throws: ``AliquotError/model(path:reason:)`` where a file is missing or damaged.
    init(_ folder: OutputFolder, wasFinished: Bool) throws {
        let summary: ReportSummary
        let manifest: ModelManifest
        do {
            manifest = try ModelDirectory(opening: folder.model).manifest
            summary = try ReportSummary(reading: folder.report)
        } catch { throw AliquotError.model(path: folder.url.path, reason: "\(error)") }
        self.init(
            model: folder.model, report: folder.report, page: folder.page, classes: manifest.classes, evaluatedOn: summary.evaluatedOn,
            pictures: summary.pictures, accuracy: summary.accuracy, macroF1: summary.macroF1, gain: summary.gain,
            precision: manifest.defaultPrecision.rawValue, wasFinished: wasFinished)
    }
}
