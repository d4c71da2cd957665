import Base
import Foundation

/// The files of the dashboard, read from one folder at start and kept in memory with their digests.
///
/// A request names a key of a dictionary, never a path, so that no spelling of `..`, no link and no encoding leads out of the folder.
/// Invariants: 1. only regular files below the folder, links and dot files left out; 2. at most ``maximumFiles`` files of together ``maximumBytes``.
package struct StaticSite: Sendable {
    package struct File: Sendable {
        let bytes: [UInt8]
        /// The same with gzip; nil where that is not worth it.
        let packed: [UInt8]?
        let mediaType: String
        let digest: SHA256Digest
    }

    /// Enough for a page without a build step; more is a wrong folder.
    static let maximumFiles = 500
    static let maximumBytes = 16 << 20

    private let files: [String: File]
    package let folder: URL

    /// - Throws: ``StaticSiteError`` if the folder cannot be read, holds no `index.html`, or is larger than a site.
    package init(folder: URL) throws {
        self.folder = folder
        let root = folder.standardizedFileURL.resolvingSymlinksInPath()
        let keys: [URLResourceKey] = [.isRegularFileKey, .isSymbolicLinkKey]
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys, options: [.skipsHiddenFiles]) else {
            throw StaticSiteError.unreadable(folder.path)
        }
        var files: [String: File] = [:]
        var total = 0
        for case let item as URL in walk {
            let values = try item.resourceValues(forKeys: Set(keys))
            guard values.isRegularFile == true, values.isSymbolicLink != true, item.path.hasPrefix(root.path + "/") else { continue }
            let bytes = try Data(contentsOf: item)
            total += bytes.count
            guard files.count < Self.maximumFiles, total <= Self.maximumBytes else {
                throw StaticSiteError.tooLarge(folder: folder.path, files: Self.maximumFiles, bytes: Self.maximumBytes)
            }
            let name = String(item.path.dropFirst(root.path.count + 1))
            let type = FileType.ofFile(named: name)
            let packs = Compression.isText(type) && bytes.count >= Compression.smallest
            files[name] = File(
                bytes: Array(bytes), packed: packs ? Compression.packed(Array(bytes), level: 9) : nil, mediaType: type,
                digest: SHA256Digest(of: bytes))
        }
        guard files["index.html"] != nil else { throw StaticSiteError.noIndex(folder.path) }
        self.files = files
    }

    /// The file under the path's decoded segments; the empty path and the folder names stand for their `index.html`.
    func file(_ segments: [String]) -> File? {
        let segments = segments.last == "" ? Array(segments.dropLast()) : segments
        let name = segments.joined(separator: "/")
        return files[name.isEmpty ? "index.html" : name] ?? files[name + "/index.html"]
    }

    /// The first of the usual places that holds a site: beside the executable, in the working directory, in the shared folder of an installation.
    package static func find(executable: URL, workingDirectory: URL) -> URL? {
        let beside = executable.deletingLastPathComponent()
        let places = [
            beside.appendingPathComponent("Public"), workingDirectory.appendingPathComponent("Public"),
            beside.deletingLastPathComponent().appendingPathComponent("share/aliquot/Public"),
        ]
        return places.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("index.html").path) }
    }
}

/// Why a folder cannot be served as the dashboard.
package enum StaticSiteError: Error, Sendable, CustomStringConvertible {
    case unreadable(String)
    case noIndex(String)
    case tooLarge(folder: String, files: Int, bytes: Int)

    package var description: String {
        switch self {
        case .unreadable(let folder): "the dashboard's folder \(folder) cannot be read"
        case .noIndex(let folder): "the dashboard's folder \(folder) holds no index.html"
        case .tooLarge(let folder, let files, let bytes):
            "\(folder) holds more than \(files) files or \(bytes) bytes; is it the dashboard's folder?"
        }
    }
}
