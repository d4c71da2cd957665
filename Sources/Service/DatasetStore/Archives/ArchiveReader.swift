import Base
import CArchive
import Foundation

/// Reads the entries of a tar, tar.gz or zip file one after the other, through libarchive, within ``ArchiveLimits``. Writes nothing anywhere.
///
/// Nothing is ever extracted to a path: an entry is a name (which is only looked at) and bytes in memory. One owner, one thread.
package final class ArchiveReader: EntrySource {
    private let archive: OpaquePointer
    private let limits: ArchiveLimits
    private let packedBytes: Int
    private let locale: TextLocale
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// Headers read so far.
    package private(set) var entries = 0
    /// Content read so far, unpacked, in bytes.
    package private(set) var unpackedBytes = 0

    /// - Throws: ``ArchiveError/notAnArchive(detail:)``, ``ArchiveError/damaged(afterEntries:detail:)``; `SystemError` where the file cannot be opened.
    package init(_ file: URL, limits: ArchiveLimits = .standard) throws {
        guard try ArchiveFormat.sniff(file) != nil, let archive = archive_read_new() else {
            throw ArchiveError.notAnArchive(detail: "neither tar, tar.gz nor zip")
        }
        self.archive = archive
        self.limits = limits
        packedBytes = Folders.size(ofFile: file) ?? 0
        locale = TextLocale()
        // Only what the service documents; libarchive's other readers are attack surface.
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_zip(archive)
        guard archive_read_open_filename(archive, file.path, 1 << 16) == ARCHIVE_OK else {
            throw Self.fault(archive, afterEntries: 0)
        }
    }

    deinit { archive_read_free(archive) }

    var done: Int { packedBytesRead }
    var total: Int { packedBytes }
    /// The packed bytes read so far, at most the file's length: the measure of progress.
    package var packedBytesRead: Int { min(packedBytes, max(0, Int(archive_filter_bytes(archive, -1)))) }

    /// The next entry, nil at the end of the archive. The content of an entry that was not read is passed over (and counted).
    /// - Throws: ``ArchiveError``.
    package func next() throws(ArchiveError) -> ArchiveEntry? {
        locale.enter()
        defer { locale.leave() }
        if entries > 0 { try passOver() }
        var header: OpaquePointer?
        let status = archive_read_next_header(archive, &header)
        if status == ARCHIVE_EOF { return nil }
        guard status >= ARCHIVE_WARN, let header else {
            throw Self.fault(archive, afterEntries: entries)
        }
        entries += 1
        guard entries <= limits.entries else { throw .tooManyEntries(limit: limits.entries) }
        return ArchiveEntry(header)
    }

    /// The content of the entry that ``next()`` returned.
    /// - Throws: ``BadEntry`` where only this entry is too long or unreadable; ``ArchiveError`` where the archive is.
    package func content(of entry: ArchiveEntry, limit: Int) throws -> Data {
        func tooLong(_ size: String) -> BadEntry {
            BadEntry(path: entry.path, code: .tooLarge, detail: "\(size) bytes, at most \(limit) are allowed")
        }
        if let size = entry.declaredBytes, size > limit { throw tooLong("\(size)") }
        var content = Data(capacity: min(entry.declaredBytes ?? 0, limit))
        while true {
            let count = try read()
            if count == 0 { return content }
            if count < 0 { throw BadEntry(path: entry.path, code: .unreadable, detail: Self.message(archive)) }
            guard content.count + count <= limit else { throw tooLong("more than \(limit)") }
            content.append(contentsOf: buffer[..<count])
        }
    }

    /// Reads what is left of an entry with the limits watched: libarchive's own skipping would unpack a bomb to its end without a word.
    private func passOver() throws(ArchiveError) {
        while try read() > 0 {}
    }

    /// Reads into `buffer`: the count, 0 at the end of the entry, negative where the entry cannot be read but the archive goes on.
    private func read() throws(ArchiveError) -> Int {
        while true {
            let count = archive_read_data(archive, &buffer, buffer.count)
            switch Int32(clamping: count) {
            case ARCHIVE_RETRY: continue
            case ARCHIVE_FATAL: throw .damaged(afterEntries: entries, detail: Self.message(archive))
            case ..<0: return -1
            default: break
            }
            unpackedBytes += count
            guard unpackedBytes <= limits.totalBytes else { throw .tooLarge(limit: limits.totalBytes) }
            guard unpackedBytes <= limits.ratioFloor || unpackedBytes / max(1, packedBytes) <= limits.ratio else {
                throw .compressionRatio(limit: limits.ratio)
            }
            return count
        }
    }

    private static func fault(_ archive: OpaquePointer, afterEntries entries: Int) -> ArchiveError {
        let detail = message(archive)
        // libarchive's sentence for a file in which no reader finds its format, such as a gzip of something else.
        let isUnknown = entries == 0 && detail.hasPrefix("Unrecognized archive format")
        return isUnknown ? .notAnArchive(detail: detail) : .damaged(afterEntries: entries, detail: detail)
    }

    private static func message(_ archive: OpaquePointer) -> String {
        archive_error_string(archive).map { String(cString: $0) } ?? "unknown error \(archive_errno(archive))"
    }
}
