import Base
import Foundation

/// The files below a folder as the entries of an archive, in the byte order of their paths, so that the same folder gives the same names.
///
/// The folder belongs to whoever names it: a link to a file is followed, one to a folder is not (it could lead round in a circle).
final class FolderReader: EntrySource {
    private let folder: URL
    private let paths: [String]
    private(set) var entries = 0

    var done: Int { entries }
    var total: Int { paths.count }

    /// - Throws: ``ArchiveError/tooManyEntries(limit:)``; ``ArchiveError/notAnArchive(detail:)`` for a folder that cannot be read.
    init(_ folder: URL, limits: ArchiveLimits = .standard) throws(ArchiveError) {
        let folder = folder.resolvingSymlinksInPath()
        self.folder = folder
        paths = try Self.paths(below: folder, limit: limits.entries)
    }

    /// Everything below a folder but the folders themselves, relative to it, in byte order.
    static func paths(below folder: URL, limit: Int) throws(ArchiveError) -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else {
            throw .notAnArchive(detail: "the folder \(folder.path) cannot be read")
        }
        var found: [String] = []
        while let path = walk.nextObject() as? String {
            var status = stat()
            // lstat: a link to a folder is an entry, and is refused as one.
            if lstat(folder.appendingPathComponent(path).path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
            guard found.count < limit else { throw .tooManyEntries(limit: limit) }
            found.append(path)
        }
        return found.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    func next() -> ArchiveEntry? {
        guard entries < paths.count else { return nil }
        let path = paths[entries]
        entries += 1
        var status = stat()
        guard stat(folder.appendingPathComponent(path).path, &status) == 0 else {
            return ArchiveEntry(path: path, kind: .link)  // a link to nothing, or removed meanwhile
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return ArchiveEntry(path: path, kind: .file, declaredBytes: Int(status.st_size))
        case S_IFDIR: return ArchiveEntry(path: path, kind: .link)
        default: return ArchiveEntry(path: path, kind: .device)
        }
    }

    func content(of entry: ArchiveEntry, limit: Int) throws -> Data {
        let size = entry.declaredBytes ?? 0
        guard size <= limit else {
            throw BadEntry(path: entry.path, code: .tooLarge, detail: "\(size) bytes, at most \(limit) are allowed")
        }
        do { return try Data(contentsOf: folder.appendingPathComponent(entry.path)) } catch {
            throw BadEntry(path: entry.path, code: .unreadable, detail: error.localizedDescription)
        }
    }
}
