import Base
import CArchive
import Foundation

/// Writes a zip archive: entries as they are, without compression (weights do not shrink), dated 1980 so that equal contents are equal bytes.
enum ZipFile {
    /// `S_IFREG` of POSIX; libarchive and Foundation both export the name.
    private static let regular: UInt32 = 0o100000

    /// - Parameter url: must not exist.
    /// - Throws: `SystemError`; nothing is left behind.
    static func write(_ entries: [(name: String, data: Data)], to url: URL) throws(SystemError) {
        do throws(SystemError) { try writeAll(entries, to: url) } catch {
            unlink(url.path)
            throw error
        }
    }

    private static func writeAll(_ entries: [(name: String, data: Data)], to url: URL) throws(SystemError) {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw SystemError(call: "archive_write_new", code: ENOMEM, subject: url.path)
        }
        defer {
            archive_entry_free(entry)
            archive_write_free(archive)
        }
        func check(_ status: Int32, _ call: String) throws(SystemError) {
            if status < ARCHIVE_OK { throw SystemError(call: call, code: archive_errno(archive), subject: url.path) }
        }
        try check(archive_write_set_format_zip(archive), "archive_write_set_format")
        try check(archive_write_zip_set_compression_store(archive), "archive_write_zip_set_compression")
        try check(archive_write_open_filename(archive, url.path), "archive_write_open")
        for (name, data) in entries {
            archive_entry_clear(entry)
            archive_entry_set_pathname(entry, name)
            archive_entry_set_size(entry, Int64(data.count))
            archive_entry_set_filetype(entry, Self.regular)
            archive_entry_set_perm(entry, 0o644)
            // 1 January 1980, 12:00 UTC: what a zip's clock begins with, in every time zone.
            archive_entry_set_mtime(entry, 315_576_000, 0)
            try check(archive_write_header(archive, entry), "archive_write_header")
            let written = data.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            guard written == data.count else {
                throw SystemError(call: "archive_write_data", code: archive_errno(archive), subject: url.path)
            }
        }
        try check(archive_write_close(archive), "archive_write_close")
    }
}
