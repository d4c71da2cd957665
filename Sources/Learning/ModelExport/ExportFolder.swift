import Base
import Engine
import Foundation
import ModelFormat
import Synchronization

/// Models in other formats, each made when it is first asked for and kept in a folder of what can be made again.
///
/// A file is named after what it is made of, so that it is never stale. One is made at a time; the ones made longest ago go.
package final class ExportFolder: Sendable {
    /// How many files are kept.
    static let limit = 16

    private let directory: URL
    private let version: String
    private let backend: any Backend
    private let changes = Mutex(())

    /// - Parameters:
    ///   - directory: made if it is not there; emptied.
    ///   - version: of the program.
    package init(directory: URL, version: String, backend: any Backend) throws {
        self.directory = directory
        self.version = version
        self.backend = backend
        if FileManager.default.fileExists(atPath: directory.path) { try FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// The file of a model in a format, made now if need be. Blocks for as long as that takes.
    ///
    /// - Parameter title: what a package calls the model.
    /// - Returns: the file, and a tag that is the same for the same bytes.
    /// - Throws: as ``ExportFormat/write(_:title:version:backend:to:)``.
    package func file(_ model: ModelDirectory, title: String, _ format: ExportFormat) throws -> (url: URL, tag: String) {
        let parts = model.manifest.files.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.sha256)" } + [title, version]
        let tag = SHA256Digest(of: Data(parts.joined(separator: "\n").utf8)).description
        let url = directory.appendingPathComponent("\(tag)-\(format.rawValue)")
        return try changes.withLock { _ in
            if !FileManager.default.fileExists(atPath: url.path) {
                try makeRoom()
                try format.write(model, title: title, version: version, backend: backend, to: url)
            }
            return (url, tag)
        }
    }

    private func makeRoom() throws {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: [.contentModificationDateKey])
        let dated = files.map {
            ($0, (try? $0.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate) ?? .distantPast)
        }
        for (file, _) in dated.sorted(by: { $0.1 < $1.1 }).dropLast(Self.limit - 1) { unlink(file.path) }
    }
}
