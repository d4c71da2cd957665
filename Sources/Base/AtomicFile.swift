import Foundation

/// Files that are either wholly there or not there: written aside, fsynced, renamed, and the directory fsynced.
package enum AtomicFile {
    /// Replaces the file at `url` by `data`. After return the bytes survive a power cut; after a throw the old file stands and nothing is left beside it.
    package static func write(_ data: Data, to url: URL) throws(SystemError) {
        let aside = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(ULID.now()).tmp")
        let descriptor = open(aside.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: aside.path) }
        do throws(SystemError) {
            try write(all: data, to: descriptor, path: aside.path)
            guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", subject: aside.path) }
        } catch {
            close(descriptor)
            unlink(aside.path)
            throw error
        }
        close(descriptor)
        try move(aside, to: url)
    }

    /// Renames a file or directory that is complete and already fsynced onto its final name, and makes the rename durable.
    package static func move(_ source: URL, to destination: URL) throws(SystemError) {
        guard rename(source.path, destination.path) == 0 else {
            let error = SystemError(call: "rename", subject: destination.path)
            unlink(source.path)
            throw error
        }
        try sync(directory: destination.deletingLastPathComponent())
    }

    /// Makes the entries of a directory durable.
    package static func sync(directory: URL) throws(SystemError) {
        let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: directory.path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", subject: directory.path) }
    }

    /// Makes the bytes of a file durable.
    package static func sync(file: URL) throws(SystemError) {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: file.path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", subject: file.path) }
    }

    private static func write(all data: Data, to descriptor: Int32, path: String) throws(SystemError) {
        var offset = 0
        while offset < data.count {
            let written = data.withUnsafeBytes { bytes -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                return Foundation.write(descriptor, base + offset, data.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemError(call: "write", subject: path)
            }
            offset += written
        }
    }
}
