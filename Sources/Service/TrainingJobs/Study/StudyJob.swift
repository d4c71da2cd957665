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
        try journal.progress(JobProgress(fraction: 0, phase: "comparison"))
        let trainings = try JSONDecoder().decode([Job].self, from: Data(contentsOf: files.trainings))
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
        try journal.progress(JobProgress(fraction: 1, phase: "comparison"))
    }

    private func row(_ job: Job) throws -> StudyRow? {
        guard case .train(let work) = job.specification.work else { return nil }
        let place = JobFiles(files.directory.deletingLastPathComponent().appendingPathComponent(job.id.description, isDirectory: true))
        guard job.state == .succeeded else { return StudyRow(job, work, report: nil) }
        do {
            return StudyRow(job, work, report: try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: place.report)))
        } catch {
            try journal.log("the report of training \(job.id) cannot be read: \(error)")
            return StudyRow(job, work, report: nil)
        }
    }
}
