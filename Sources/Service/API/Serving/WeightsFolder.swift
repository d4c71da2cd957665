import Base
import Foundation
import ModelFormat

/// Pretrained weights by name: `weights/NAME.safetensors`, and beside it `NAME.json` with the network they belong to where that is not their name.
///
/// Files may also be laid there by hand while the service runs: the folder is read for each answer.
package struct WeightsFolder: Sendable {
    package struct Entry: Sendable, Encodable, Equatable {
        package let name: ResourceName
        package let network: String
        package let bytes: Int
    }

    private struct Note: Codable {
        let network: String?
    }

    static let fileExtension = "safetensors"
    let directory: URL

    package init(directory: URL) { self.directory = directory }

    /// The stored weights by name. Blocking.
    package func entries() throws -> [Entry] {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: [.fileSizeKey])
        return try files.filter { $0.pathExtension == Self.fileExtension }.compactMap { file -> Entry? in
            guard let name = ResourceName(file.deletingPathExtension().lastPathComponent) else { return nil }
            return Entry(name: name, network: network(of: name), bytes: try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }.sorted { $0.name < $1.name }
    }

    /// Name to network. Blocking.
    package func networks() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try entries().map { ($0.name.description, $0.network) })
    }

    /// Takes an uploaded file in under a name, replacing what stood there; the file is checked first. Blocking.
    ///
    /// - Throws: `ModelFormatError` where it is no safetensors file; `SystemError`.
    func adopt(_ staged: URL, name: ResourceName, network: String) throws -> Entry {
        let header = try Safetensors.header(of: staged)
        guard !header.entries.isEmpty else { throw ModelFormatError.malformedHeader(at: 0, expected: "at least one tensor") }
        try AtomicFile.write(try JSONEncoder().encode(Note(network: network)), to: note(name))
        let destination = directory.appendingPathComponent("\(name).\(Self.fileExtension)")
        try AtomicFile.sync(file: staged)
        try AtomicFile.move(staged, to: destination)
        let bytes = try destination.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        return Entry(name: name, network: network, bytes: bytes)
    }

    private func network(of name: ResourceName) -> String {
        guard let data = try? Data(contentsOf: note(name)), let note = try? JSONDecoder().decode(Note.self, from: data) else {
            return name.description
        }
        return note.network ?? name.description
    }

    private func note(_ name: ResourceName) -> URL { directory.appendingPathComponent("\(name).json") }
}
