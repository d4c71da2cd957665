import Base
import CArchive
import Foundation

/// A folder as a tar file, so that it can be imported like any archive.
package enum FolderArchive {
    /// `S_IFREG` of POSIX; libarchive and Foundation both export the name.
    private static let regular: UInt32 = 0o100000

    /// Regular files in the order of their paths; links, and files whose path begins with a dot somewhere, are left out.
    ///
    /// - Parameters:
    ///   - folder: what the paths in the archive are relative to.
    ///   - file: written anew.
    /// - Throws: `SystemError` where the folder cannot be read or the file cannot be written.
    package static func write(_ folder: URL, to file: URL) throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw SystemError(call: "archive_write_new", code: ENOMEM, subject: file.path)
        }
        defer {
            archive_entry_free(entry)
            archive_write_free(archive)
        }
        func check(_ status: Int32, _ call: String, _ subject: String) throws(SystemError) {
            guard status < ARCHIVE_WARN else { return }
            let code = archive_errno(archive)
            throw SystemError(call: call, code: code > 0 ? code : EIO, subject: subject)
        }
        let locale = TextLocale()
        locale.enter()
        defer { locale.leave() }
        try check(archive_write_set_format_pax_restricted(archive), "archive_write_set_format", file.path)
        try check(archive_write_open_filename(archive, file.path), "archive_write_open", file.path)
        for path in paths where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
            let source = folder.appendingPathComponent(path)
            var status = stat()
            guard lstat(source.path, &status) == 0 else { throw SystemError(call: "lstat", subject: source.path) }
            guard status.st_mode & 0o170000 == regular else { continue }
            let content = try Data(contentsOf: source, options: .mappedIfSafe)
            archive_entry_clear(entry)
            archive_entry_set_pathname(entry, path)
            archive_entry_set_perm(entry, 0o644)
            archive_entry_set_filetype(entry, regular)
            archive_entry_set_size(entry, Int64(content.count))
            try check(archive_write_header(archive, entry), "archive_write_header", source.path)
            let written = content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            if written != content.count { try check(ARCHIVE_FATAL, "archive_write_data", source.path) }
        }
        try check(archive_write_close(archive), "archive_write_close", file.path)
    }
}
