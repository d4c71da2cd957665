import Foundation

/// Where an import's entries come from, one after the other: an archive or a folder. One owner, one thread.
protocol EntrySource: AnyObject {
    /// Entries returned so far.
    var entries: Int { get }
    /// How far it is, of ``total``.
    var done: Int { get }
    /// In the source's own unit: packed bytes of an archive, files of a folder.
    var total: Int { get }
    /// The next entry; nil at the end.
    func next() throws -> ArchiveEntry?
    /// The content of the entry that ``next()`` returned.
    /// - Throws: ``BadEntry`` where only this entry is too long or unreadable.
    func content(of entry: ArchiveEntry, limit: Int) throws -> Data
}
