import Base
import Foundation

/// The folder of one model, `models/NAME/`: a folder for each version, and `aliases.json`, which also says which job made which version.
struct ModelFolder: Sendable {
    /// `aliases.json`.
    struct Index: Codable, Equatable {
        /// By alias; without `latest`.
        var aliases: [String: Int] = [:]
        /// The highest number ever given: a deleted version's number is never given again.
        var lastVersion = 0
        /// Job identifier to version; written before the version's folder is renamed into place.
        var jobs: [String: Int] = [:]

        private enum CodingKeys: String, CodingKey {
            case aliases, jobs
            case lastVersion = "last_version"
        }
    }

    static let indexName = "aliases.json"

    let url: URL

    func version(_ number: Int) -> URL { url.appendingPathComponent("\(number)", isDirectory: true) }

    /// The versions whose folders are there, ascending.
    func versions() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: url.path).compactMap { name in
            guard let number = Int(name), number > 0, "\(number)" == name else { return nil }
            return number
        }.sorted()
    }

    func index() throws -> Index {
        let file = url.appendingPathComponent(Self.indexName)
        guard FileManager.default.fileExists(atPath: file.path) else { return Index() }
        do { return try JSONDecoder().decode(Index.self, from: Data(contentsOf: file)) } catch let error as DecodingError {
            throw ModelStoreError.damagedFile(path: file.path, detail: "\(error)")
        }
    }

    /// Replaces the index atomically and durably.
    func write(_ index: Index) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(encoder.encode(index), to: url.appendingPathComponent(Self.indexName))
    }
}
