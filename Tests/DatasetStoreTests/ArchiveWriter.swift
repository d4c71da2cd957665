import CArchive
import Foundation

/// Writes archives for specs through libarchive, hostile ones too.
struct ArchiveWriter {
    enum Kind { case tar, tarGzip, zip }
    enum Content {
        case file(Data)
        case symlink(String)
        case hardlink(String)
        case device
        case pipe
        case folder
    }

    // File types of a mode, POSIX sys/stat.h (libarchive and Foundation both export the names).
    private static let regular: UInt32 = 0o100000
    private static let link: UInt32 = 0o120000
    private static let characterDevice: UInt32 = 0o020000
    private static let namedPipe: UInt32 = 0o010000
    private static let directory: UInt32 = 0o040000

    struct Failed: Error { let detail: String }

    static func write(_ entries: [(String, Content)], kind: Kind, to url: URL) throws {
        guard let archive = archive_write_new() else { throw Failed(detail: "archive_write_new") }
        defer { archive_write_free(archive) }
        func check(_ status: Int32) throws {
            guard status >= ARCHIVE_WARN else {
                throw Failed(detail: archive_error_string(archive).map { String(cString: $0) } ?? "\(status)")
            }
        }
        switch kind {
        case .tar: try check(archive_write_set_format_pax_restricted(archive))
        case .tarGzip:
            try check(archive_write_set_format_pax_restricted(archive))
            try check(archive_write_add_filter_gzip(archive))
        case .zip: try check(archive_write_set_format_zip(archive))
        }
        try check(archive_write_open_filename(archive, url.path))
        for (name, content) in entries {
            let entry = archive_entry_new()
            defer { archive_entry_free(entry) }
            archive_entry_set_pathname(entry, name)
            archive_entry_set_perm(entry, 0o644)
            archive_entry_set_size(entry, 0)
            archive_entry_set_filetype(entry, Self.regular)
            switch content {
            case .file(let data): archive_entry_set_size(entry, Int64(data.count))
            case .symlink(let target):
                archive_entry_set_filetype(entry, Self.link)
                archive_entry_set_symlink(entry, target)
            case .hardlink(let target): archive_entry_set_hardlink(entry, target)
            case .device:
                archive_entry_set_filetype(entry, Self.characterDevice)
                archive_entry_set_rdevmajor(entry, 1)
                archive_entry_set_rdevminor(entry, 3)
            case .pipe: archive_entry_set_filetype(entry, Self.namedPipe)
            case .folder: archive_entry_set_filetype(entry, Self.directory)
            }
            try check(archive_write_header(archive, entry))
            if case .file(let data) = content {
                let written = data.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
                guard written == data.count else { throw Failed(detail: "\(written) of \(data.count) bytes") }
            }
        }
        try check(archive_write_close(archive))
    }
}
