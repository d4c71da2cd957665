import Base
import Foundation
import Images

/// Takes the pictures out of an archive, or a folder in the same layout, in a worker process: writes `blobs/`, `images.jsonl` and `report.json` into a job's `result/`, and touches no database.
///
/// The blobs are a store of the job's own: the service takes them into its blobs when it adopts the import, so that no other process ever writes there.
/// Run again after a crash, it begins from nothing. `report.json` is written last.
package struct ArchiveImport: Sendable {
    package static let imagesName = "images.jsonl"
    package static let reportName = "report.json"
    package static let blobsName = "blobs"

    /// An archive, or a folder.
    package let archive: URL
    package let result: URL
    package let limits: ArchiveLimits
    package let imageLimits: ImageLimits
    /// How many pictures are decoded at the same time.
    package let threads: Int

    /// - Parameter result: the job's `result/`; made if it is not there.
    package init(
        archive: URL, result: URL, limits: ArchiveLimits = .standard, imageLimits: ImageLimits = .standard,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.archive = archive
        self.result = result
        self.limits = limits
        self.imageLimits = imageLimits
        self.threads = max(1, threads)
    }

    /// Does all of it; waits for disk and decoding, so call it on a thread of your own (or use ``runAside(progress:shouldStop:)``).
    ///
    /// - Parameters:
    ///   - progress: packed bytes read (of a folder: files), and how many there are; called at each entry, on the calling thread.
    ///   - shouldStop: asked at each entry; true ends the import with ``ArchiveError/stopped``.
    /// - Returns: what `report.json` holds.
    /// - Throws: ``ArchiveError``, where nothing is kept; `SystemError`.
    package func run(progress: (_ read: Int, _ total: Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }) throws -> ImportReport
    {
        let blobs = BlobStore(directory: result.appendingPathComponent(Self.blobsName))
        try Folders.make(result)
        // What an earlier attempt left may be cut short.
        for name in [Self.reportName, Self.imagesName, Self.blobsName] { try Folders.remove(result.appendingPathComponent(name)) }
        try Folders.make(blobs.directory)
        do {
            let harvest = try gather(blobs, progress, shouldStop)
            let (images, report) = try settle(harvest, blobs)
            try FileSystem.sync(containing: blobs.directory)
            try ImportedImages.write(images, to: result.appendingPathComponent(Self.imagesName))
            try report.write(to: result.appendingPathComponent(Self.reportName))
            return report
        } catch {
            try Folders.remove(blobs.directory)
            throw error
        }
    }

    /// ``run(progress:shouldStop:)`` on a thread of its own.
    package func runAside(
        progress: @escaping @Sendable (_ read: Int, _ total: Int) -> Void, shouldStop: @escaping @Sendable () -> Bool
    ) async throws -> ImportReport {
        try await BlockingQueue(label: "import", width: 1).run { try run(progress: progress, shouldStop: shouldStop) }
    }

    /// Reads every entry; decodes and stores the pictures on `threads` threads, at most twice as many in memory.
    private func gather(_ blobs: BlobStore, _ progress: (Int, Int) -> Void, _ shouldStop: () -> Bool) throws -> ImportHarvest {
        let reader: any EntrySource =
            Folders.isFolder(archive) ? try FolderReader(archive, limits: limits) : try ArchiveReader(archive, limits: limits)
        let harvest = ImportHarvest()
        let lane = ImportLane(blobs: blobs, limits: imageLimits, harvest: harvest, threads: threads)
        do {
            while let entry = try reader.next() {
                if shouldStop() { throw ArchiveError.stopped }
                if let failure = harvest.failure { throw failure }
                progress(reader.done, reader.total)
                do {
                    guard let path = try Self.checked(entry) else { continue }
                    lane.take(path, try reader.content(of: entry, limit: imageLimits.maximumBytes), number: reader.entries)
                } catch let bad as BadEntry { harvest.add(bad, number: reader.entries) }
            }
        } catch {
            lane.finish()
            throw error
        }
        lane.finish()
        if let failure = harvest.failure { throw failure }
        harvest.entries = reader.entries
        progress(reader.total, reader.total)
        return harvest
    }

    /// The path of an entry that may be a picture; nil for folders and what systems leave behind.
    private static func checked(_ entry: ArchiveEntry) throws(BadEntry) -> ArchivePath? {
        let path = try ArchivePath(entry.path)
        switch entry.kind {
        case .folder: return nil
        case .link: throw BadEntry(path: entry.path, code: .link, detail: "a link; links are not followed")
        case .device: throw BadEntry(path: entry.path, code: .device, detail: "a device, pipe or socket")
        case .file where path.isSystemFile: return nil
        case .file where entry.isEncrypted: throw BadEntry(path: entry.path, code: .encrypted, detail: "encrypted")
        case .file: return path
        }
    }

    /// Gives every picture its place and name once all paths are known; those at no known place lose their blobs.
    private func settle(_ harvest: ImportHarvest, _ blobs: BlobStore) throws -> ([ImportedImage], ImportReport) {
        let found = harvest.pictures
        let layout = ArchiveLayout(found.map(\.path))
        var naming = ImageNaming()
        var images: [ImportedImage] = []
        var counts = ImageCounts(classes: [])
        for picture in found {
            do throws(BadEntry) {
                let place = try layout.place(picture.path)
                let path = picture.path.parts.joined(separator: "/")
                guard let name = naming.name(for: picture.path, place: place, digest: picture.facts.sha256) else {
                    throw BadEntry(path: path, code: .unsafePath, detail: "no name can be made of it")
                }
                images.append(ImportedImage(image: name, path: path, place: place, facts: picture.facts))
                counts.add(label: place.label, role: place.role)
            } catch { harvest.add(error, number: picture.number) }
        }
        let bad = harvest.badEntries
        guard !images.isEmpty else { throw ArchiveError.noPictures(entries: harvest.entries, examples: Array(bad.prefix(10))) }
        let named = Set(images.map(\.sha256))
        for digest in Set(found.map(\.facts.sha256)).subtracting(named) { try blobs.remove(digest) }
        let report = ImportReport(
            entries: harvest.entries, pictures: images.count, bytes: images.reduce(0) { $0 + $1.bytes }, counts: counts.sorted,
            badEntryCount: bad.count, badEntries: Array(bad.prefix(ImportReport.badEntryLimit)))
        return (images, report)
    }
}
