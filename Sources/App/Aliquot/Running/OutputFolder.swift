import Base
import Foundation
import Jobs

/// The folder that a run owns: `run.json`, then `work/` while it runs, in the end `model/`, `report.json`, `report.html`, `events.jsonl` and `revision.jsonl`.
///
/// Invariants:
/// 1. `run.json` is written before `work/` is made; a folder with other files and no `run.json` is never touched.
/// 2. `model/` appears last, in one rename: where it stands, everything else does. `work/` is only removed after that.
struct OutputFolder: Sendable {
    let url: URL

    var record: URL { url.appendingPathComponent("run.json") }
    /// A data folder as the service has one.
    var work: URL { url.appendingPathComponent("work", isDirectory: true) }
    var model: URL { url.appendingPathComponent("model", isDirectory: true) }
    var report: URL { url.appendingPathComponent("report.json") }
    var page: URL { url.appendingPathComponent("report.html") }

    init(_ url: URL) { self.url = url.standardizedFileURL.resolvingSymlinksInPath() }

    var isFinished: Bool { exists(model) }

    /// - Parameter pictures: a folder or an archive, its links followed.
    /// - Throws: ``AliquotError/pictures(path:reason:)`` where they are not there, or would swallow the output.
    func check(_ pictures: URL) throws {
        guard exists(pictures) else { throw AliquotError.pictures(path: pictures.path, reason: "there is no such file or folder") }
        guard !(url.path + "/").hasPrefix(pictures.path + "/") else {
            throw AliquotError.pictures(
                path: pictures.path, reason: "the output lies inside them: its files would be taken for pictures")
        }
    }

    /// Makes the folder for what cannot be taken up again and so needs no record.
    /// - Throws: ``AliquotError/outputNotEmpty(path:)``.
    func begin() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        guard try FileManager.default.contentsOfDirectory(atPath: url.path).allSatisfy({ $0.hasPrefix(".") }) else {
            throw AliquotError.outputNotEmpty(path: url.path)
        }
    }

    /// Makes the folder this run's, or finds that it is already.
    /// - Throws: ``AliquotError/outputNotEmpty(path:)``, ``AliquotError/outputOfAnotherRun(path:differences:)``.
    func claim(_ run: RunRecord) throws {
        guard exists(record) else {
            try begin()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try AtomicFile.write(encoder.encode(run), to: record)
        }
        let standing: RunRecord
        do { standing = try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: record)) } catch {
            throw AliquotError.outputOfAnotherRun(path: url.path, differences: ["run.json cannot be read: \(error)"])
        }
        let differences = try standing.differences(from: run)
        guard differences.isEmpty else { throw AliquotError.outputOfAnotherRun(path: url.path, differences: differences) }
    }

    /// Moves what a finished job has made to its place, and removes what only it needed.
    func publish(_ job: JobFiles) throws {
        for (source, name) in [
            (job.report, "report.json"), (job.reportPage, "report.html"), (job.events, "events.jsonl"), (job.revision, "revision.jsonl"),
        ]
        where exists(source) { try AtomicFile.move(source, to: url.appendingPathComponent(name)) }
        try AtomicFile.move(job.result.appendingPathComponent("model", isDirectory: true), to: model)
        try removeWork()
    }

    func removeWork() throws { if exists(work) { try FileManager.default.removeItem(at: work) } }

    /// Takes a claim back, before anything was trained.
    func abandon() throws {
        try removeWork()
        try FileManager.default.removeItem(at: record)
    }

    func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
}
