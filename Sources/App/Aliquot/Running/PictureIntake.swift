import Base
import DatasetStore
import Foundation

/// Takes pictures into a data folder of its own and freezes them, as an upload to the service would be.
struct PictureIntake: Sendable {
    /// A folder or an archive.
    let source: URL
    /// Empty but for the lock of its owner.
    let data: URL
    let threads: Int
    let stop: StopFlag
    let watch: @Sendable (TrainingEvent) -> Void

    /// A name for the dataset: that of the folder or file, as far as it can be one.
    static func name(of source: URL) -> ResourceName? {
        let plain = source.standardizedFileURL.lastPathComponent.prefix { $0 != "." }
        return ResourceName(String(plain)) ?? ResourceName("pictures")
    }

    /// - Returns: the frozen revision; its manifest is written to `manifest`, itself to `facts`.
    /// - Throws: `ArchiveError`, `DatasetStoreError`, `SystemError`.
    func run(dataset: ResourceName, manifest: URL, facts: URL) async throws -> (revision: Revision, report: ImportReport) {
        let result = data.appendingPathComponent("import", isDirectory: true)
        let work = ArchiveImport(archive: source, result: result, threads: threads)
        let percent = Percent(watch)
        let report = try await work.runAside(progress: { percent.show($0, of: $1) }, shouldStop: { [stop] in stop.isRaised })
        let store = try DatasetStore(directory: data)
        do {
            _ = try await store.create(dataset, classes: nil)
            _ = try await store.adoptImport(dataset: dataset, from: result.appendingPathComponent(ArchiveImport.imagesName))
            let revision = try await store.createRevision(dataset: dataset)
            try await store.writeManifest(dataset: dataset, revision: revision.number, to: manifest)
            try await store.writeFacts(dataset: dataset, revision: revision.number, to: facts)
            try store.close()
            for bad in report.badEntries.prefix(Self.shownBadEntries) { watch(.note("left out: \(bad.path): \(bad.detail)")) }
            if report.badEntryCount > Self.shownBadEntries { watch(.note("left out: \(report.badEntryCount - Self.shownBadEntries) more")) }
            return (revision, report)
        } catch {
            try store.close()
            throw error
        }
    }

    private static let shownBadEntries = 10
}
