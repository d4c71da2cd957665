import Base
import Foundation
import Jobs

/// Compares the trainings of a study: the service has written how they ended, their reports are read, and `result/` gets the comparison in three forms.
/// It takes a moment, and begins from nothing when it is taken up again.
struct StudyJob {
    let specification: StudySpecification
    let files: JobFiles
    let journal: WorkerJournal

    func run() throws {
        let trainings = try JSONDecoder().decode([Job].self, from: Data(contentsOf: files.trainings))
        // All trainings have ended: what is left takes a moment.
        var progress = JobProgress(fraction: 1, phase: "comparison")
        progress.trainings = Dictionary(grouping: trainings, by: \.state.rawValue).mapValues(\.count)
        try journal.progress(progress)
        let report = try StudyReport(specification, rows: try trainings.compactMap(row))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(at: files.result, withIntermediateDirectories: true)
        try AtomicFile.write(Data(StudyTable.text(report).utf8), to: files.reportTable)
        try AtomicFile.write(Data(StudyPage.html(report).utf8), to: files.reportPage)
        try AtomicFile.write(try encoder.encode(report), to: files.report)
        for comparison in report.comparisons { try journal.log("\(comparison.question.rawValue): \(comparison.verdict)") }
        for row in report.trainings {
            guard let failure = row.failure else { continue }
            try journal.log("no result of \(row.dataset), \(row.network), \(row.method.rawValue), seed \(row.seed): \(failure)")
        }
    }

    private func row(_ job: Job) throws -> StudyRow? {
        guard case .train(let work) = job.specification.work else { return nil }
        let place = JobFiles(files.directory.deletingLastPathComponent().appendingPathComponent(job.id.description, isDirectory: true))
        guard job.state == .succeeded else { return StudyRow(job, work, report: nil) }
        do {
            let data = try Data(contentsOf: place.report)
            return StudyRow(
                job, work, report: try JSONDecoder().decode(TrainingReport.self, from: data),
                pseudoLabelAccuracy: try JSONDecoder().decode(KnownLabels.self, from: data).hiddenLabels?.accuracy)
        } catch {
            try journal.log("the report of training \(job.id) cannot be read: \(error)")
            return StudyRow(job, work, report: nil)
        }
    }
}

/// The part of a training's report that tells how many pseudo-labels were right; there only where somebody knows.
private struct KnownLabels: Decodable {
    struct Accuracy: Decodable { let accuracy: Double? }
    let hiddenLabels: Accuracy?

    private enum CodingKeys: String, CodingKey { case hiddenLabels = "hidden_labels" }
}
