import Base
import Images

/// Why a call of ``DatasetStore`` was refused. What was got, and what is allowed.
///
/// After any of these nothing is left behind: no row, no blob, no staged file.
package enum DatasetStoreError: Error, Sendable, Equatable {
    case dataDirectoryInUse(path: String, pid: Int32?)
    case noSuchDataset(String)
    case datasetExists(String)
    case noSuchImage(dataset: String, image: String)
    case noSuchRevision(dataset: String, revision: Int)
    /// Another picture stands under this name; `etag` (its SHA-256) as If-Match replaces it. HTTP 409.
    case imageExists(image: String, etag: String)
    /// If-Match named other bytes than stand there; nil: none stand there. HTTP 412.
    case preconditionFailed(image: String, got: String, current: String?)
    /// A class name that breaks ``ClassLabel/rule``. HTTP 422.
    case invalidLabel(got: String)
    /// A label that the dataset does not declare. HTTP 422.
    case unknownLabel(got: String, allowed: [String])
    /// A class list that is empty, repeats a name, or is too long. HTTP 422.
    case invalidClasses(detail: String)
    /// A class cannot be taken off the list while pictures bear it. HTTP 409.
    case classInUse(label: String, images: Int)
    /// The bytes are not a picture that this service accepts. HTTP 413 or 415, by the payload.
    case notAPicture(ImageError)
    case invalidPageToken(String)
    case outOfRange(name: String, got: Int, allowed: ClosedRange<Int>)
    case descriptionTooLong(got: Int, limit: Int)
    /// A dataset without pictures has no revision. HTTP 409.
    case nothingToRevise(dataset: String)
    /// A file of ours does not hold what its writer writes.
    case damagedFile(path: String, detail: String)
    /// No space is left for the catalogue. HTTP 507. (Files: `SystemError.isNoSpace`.)
    case diskFull
    /// Another process holds the catalogue for longer than we wait. HTTP 503.
    case catalogBusy
    /// The catalogue may not be written: a read-only file system, or no right to. HTTP 503.
    case catalogReadOnly
    /// SQLite's words: the file is damaged, or its disk fails. HTTP 500.
    case catalogUnreadable(String)
}
