/// The parts of an entry's name, checked: what is never looked at again as a path.
struct ArchivePath: Sendable, Equatable {
    /// At least one; none is empty, `.` or `..`.
    let parts: [String]

    /// Files that systems leave in archives and nobody means: `__MACOSX/…`, names that begin with a dot, `Thumbs.db`, `desktop.ini`.
    var isSystemFile: Bool {
        parts.contains { $0 == "__MACOSX" || $0.hasPrefix(".") } || ["thumbs.db", "desktop.ini"].contains(parts.last?.lowercased())
    }

    /// - Throws: ``BadEntry`` for a name that is empty, absolute, climbs with `..`, or bears control characters or a drive letter.
    init(_ path: String) throws(BadEntry) {
        func unsafe(_ detail: String) -> BadEntry { BadEntry(path: path, code: .unsafePath, detail: detail) }
        let text = path.replacing("\\", with: "/")  // archives from Windows
        guard !text.hasPrefix("/") else { throw unsafe("an absolute path") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw unsafe("a control character in the name")
        }
        let parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains("..") else { throw unsafe("the path climbs out of the archive with '..'") }
        guard let first = parts.first else { throw unsafe("an empty name") }
        guard !(first.count == 2 && first.hasSuffix(":")) else { throw unsafe("a path with a drive letter") }
        guard parts.count <= 32, text.utf8.count <= 4096 else { throw unsafe("\(parts.count) folders deep, \(text.utf8.count) bytes long") }
        self.parts = parts
    }
}
