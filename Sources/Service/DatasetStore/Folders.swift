import Base
import Foundation

/// Folders, with the failing call in the error.
enum Folders {
    /// Makes a folder and those above it; one that is there already is fine.
    static func make(_ url: URL) throws(SystemError) {
        if mkdir(url.path, 0o755) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw SystemError(call: "mkdir", code: ENOTDIR, subject: url.path)
            }
        case ENOENT where url.pathComponents.count > 1:
            try make(url.deletingLastPathComponent())
            guard mkdir(url.path, 0o755) == 0 || errno == EEXIST else { throw SystemError(call: "mkdir", subject: url.path) }
        default: throw SystemError(call: "mkdir", subject: url.path)
        }
    }

    /// Removes everything in a folder, not the folder.
    static func empty(_ url: URL) throws {
        for entry in try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil) {
            try FileManager.default.removeItem(at: entry)
        }
    }

    /// Removes a file or a folder with all in it; nothing there is fine.
    static func remove(_ url: URL) throws {
        var status = stat()
        guard lstat(url.path, &status) == 0 else { return }
        try FileManager.default.removeItem(at: url)
    }

    /// Whether a folder stands there, or a link to one.
    static func isFolder(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a regular file in bytes; nil where there is none.
    static func size(ofFile url: URL) -> Int? {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }
}
