import Base
import Foundation

/// Makes a whole directory survive a power cut.
enum DurableTree {
    /// Syncs every regular file and directory below and including `directory`.
    static func sync(_ directory: URL) throws {
        for entry in try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil) {
            var information = stat()
            guard lstat(entry.path, &information) == 0 else { throw SystemError(call: "lstat", subject: entry.path) }
            switch information.st_mode & S_IFMT {
            case S_IFDIR: try sync(entry)
            case S_IFREG: try AtomicFile.sync(file: entry)
            default: break
            }
        }
        try AtomicFile.sync(directory: directory)
    }
}
