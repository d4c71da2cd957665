import Base

/// Why a whole archive was refused. Nothing of it is kept then. (Single bad entries are a ``BadEntry`` each.)
package enum ArchiveError: Error, Sendable, Equatable {
    /// Neither tar, tar.gz nor zip.
    case notAnArchive(detail: String)
    /// The archive ends too early or its structure is broken, after this many entries.
    case damaged(afterEntries: Int, detail: String)
    case tooManyEntries(limit: Int)
    /// Unpacked it would be larger than allowed, in bytes.
    case tooLarge(limit: Int)
    /// It unpacks to more than `limit` times its size: no archive of pictures does, a decompression bomb does.
    case compressionRatio(limit: Int)
    /// No entry is a picture at a known place; the first entries' reasons.
    case noPictures(entries: Int, examples: [BadEntry])
    /// `shouldStop` said so.
    case stopped
}
