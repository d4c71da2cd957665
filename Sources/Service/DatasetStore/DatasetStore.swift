import Base
import Foundation
import GRDB
import Images

/// Datasets: pictures with labels and roles, and immutable revisions of them. SQLite holds the facts, a ``BlobStore`` the bytes.
///
/// Invariants:
/// 1. A row that names a blob is committed only after the blob's bytes and name are durable. A crash leaves at most a blob that nothing names.
/// 2. A blob is removed only when no picture, no revision and no upload under way names it (see ``BlobPins``).
/// 3. Every picture in the catalogue was decoded completely once.
/// 4. A revision never changes; it keeps its blobs alive until its dataset is deleted.
///
/// Every call may run beside every other. Calls that wait run on a queue of bounded width or in GRDB's own queues, never on Swift's cooperative threads.
package final class DatasetStore: Sendable {
    package let blobs: BlobStore
    let catalog: Catalog
    let pins = BlobPins()
    let thumbnails: ThumbnailCache
    let limits: ImageLimits
    /// Two at a time: a 100-megapixel picture takes 300 MB while it is decoded.
    let decoding = BlockingQueue(label: "datasets.decoding", width: 2)
    let files = BlockingQueue(label: "datasets.files", width: 4)

    /// - Parameter directory: the data directory; its owner holds a ``DataDirectory``.
    /// - Throws: a database error where `catalog.sqlite` cannot be opened or is not ours; `SystemError` where a folder cannot be made.
    package init(directory: URL, limits: ImageLimits = .standard) throws {
        self.limits = limits
        blobs = BlobStore(directory: directory.appendingPathComponent("blobs"))
        thumbnails = ThumbnailCache(directory: directory.appendingPathComponent("cache/thumbnails"))
        try Folders.make(blobs.directory)
        try Folders.make(thumbnails.directory)
        catalog = try Catalog(file: directory.appendingPathComponent("catalog.sqlite"))
        // A crash while a revision was made leaves one without a number.
        try catalog.pool.write { try $0.execute(sql: "DELETE FROM revision WHERE number IS NULL") }
    }

    /// Closes the database; calls after this fail.
    package func close() throws { try catalog.pool.close() }
}
