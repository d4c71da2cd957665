import Base
import Dispatch
import Foundation
import Images

/// Decodes and stores an import's pictures on several threads. `take` waits while twice as many pictures as threads are in memory.
struct ImportLane {
    private let blobs: BlobStore
    private let limits: ImageLimits
    private let harvest: ImportHarvest
    private let queue = OperationQueue()
    private let room: DispatchSemaphore

    init(blobs: BlobStore, limits: ImageLimits, harvest: ImportHarvest, threads: Int) {
        self.blobs = blobs
        self.limits = limits
        self.harvest = harvest
        queue.name = "import.decoding"
        queue.maxConcurrentOperationCount = threads
        room = DispatchSemaphore(value: 2 * threads)
    }

    func take(_ path: ArchivePath, _ bytes: Data, number: Int) {
        room.wait()
        queue.addOperation { [blobs, limits, harvest, room] in
            defer { room.signal() }
            Self.store(path, bytes, number, blobs, limits, harvest)
        }
    }

    /// Waits until everything taken is done.
    func finish() { queue.waitUntilAllOperationsAreFinished() }

    private static func store(
        _ path: ArchivePath, _ bytes: Data, _ number: Int, _ blobs: BlobStore, _ limits: ImageLimits, _ harvest: ImportHarvest
    ) {
        let facts: PictureFacts
        do throws(ImageError) { facts = try PictureFacts(inspecting: bytes, limits: limits) } catch {
            let code: BadEntry.Code =
                switch error {
                case .tooManyBytes, .tooManyPixels: .tooLarge
                default: .notAPicture
                }
            return harvest.add(BadEntry(path: path.parts.joined(separator: "/"), code: code, detail: "\(error)"), number: number)
        }
        do {
            // Not fsynced one by one: the import syncs the file system once, before it names any of them.
            try blobs.makeFolder(of: facts.sha256)
            try bytes.write(to: blobs.url(facts.sha256), options: .atomic)
            harvest.add(.init(number: number, path: path, facts: facts))
        } catch { harvest.fail(error) }
    }
}
