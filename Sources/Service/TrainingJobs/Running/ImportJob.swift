import DatasetStore
import Foundation
import Jobs
import Training

/// Carries out one import: the uploaded archive in, blobs and a list of pictures out. It begins from nothing when it is taken up again.
struct ImportJob {
    let files: JobFiles
    let threads: Int
    let journal: WorkerJournal
    let stopAsked: @Sendable () -> Bool

    private static let phase = "import"

    func run() throws {
        var lastPercent = -1
        var fault: (any Error)?
        let work = ArchiveImport(archive: files.input.appendingPathComponent("archive"), result: files.result, threads: threads)
        let report: ImportReport
        do {
            report = try work.run(
                progress: { read, total in
                    let percent = total > 0 ? min(100, read * 100 / total) : 0
                    guard percent > lastPercent, fault == nil else { return }
                    lastPercent = percent
                    do { try journal.progress(JobProgress(fraction: Double(percent) / 100, phase: Self.phase)) } catch { fault = error }
                }, shouldStop: { stopAsked() || fault != nil })
        } catch ArchiveError.stopped {
            throw fault.map { TrainingJobError.journal("\($0)") } ?? TrainingError.interrupted
        }
        try journal.log("\(report.pictures) pictures taken, \(report.badEntryCount) entries refused")
    }
}
