import CArchive
import Foundation

/// What an archive says of one entry. Everything here is a stranger's claim.
package struct ArchiveEntry: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case file, folder, link, device
    }

    /// As it stands in the archive; bytes that are not UTF-8 appear as U+FFFD.
    package let path: String
    package let kind: Kind
    package let isEncrypted: Bool
    /// In bytes; nil where the archive does not say (streamed zip).
    package let declaredBytes: Int?

    package init(path: String, kind: Kind, isEncrypted: Bool = false, declaredBytes: Int? = nil) {
        self.path = path
        self.kind = kind
        self.isEncrypted = isEncrypted
        self.declaredBytes = declaredBytes
    }

    init(_ entry: OpaquePointer) {
        let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        path = name.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: strlen($0)), as: UTF8.self) } ?? ""
        let isLink = archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil
        switch archive_entry_filetype(entry) & S_IFMT {
        case _ where isLink: kind = .link
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .device
        }
        isEncrypted = archive_entry_is_encrypted(entry) != 0
        declaredBytes = archive_entry_size_is_set(entry) != 0 ? Int(archive_entry_size(entry)) : nil
    }
}
