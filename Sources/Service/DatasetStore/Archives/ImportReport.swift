import Base
import Foundation

/// What an import found in an archive and did with it: `result/report.json`.
package struct ImportReport: Sendable, Codable, Equatable {
    package static let badEntryLimit = 1000

    /// Entries of the archive, folders and system files included.
    package var entries: Int
    /// Pictures that were taken.
    package var pictures: Int
    /// Of those pictures, unpacked.
    package var bytes: Int
    package var counts: ImageCounts
    package var badEntryCount: Int
    /// The first ``badEntryLimit`` of them.
    package var badEntries: [BadEntry]
    /// What the dataset made of it; absent until it was adopted.
    package var adopted: AdoptedImport?

    func write(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try AtomicFile.write(encoder.encode(self), to: url)
    }

    /// - Throws: ``DatasetStoreError/damagedFile(path:detail:)``
    static func read(_ url: URL) throws -> ImportReport {
        do { return try JSONDecoder().decode(ImportReport.self, from: Data(contentsOf: url)) } catch let error as DecodingError {
            throw DatasetStoreError.damagedFile(path: url.path, detail: "\(error)")
        }
    }

    /// Adds to a report what the dataset made of the import.
    static func complete(_ url: URL, adopted: AdoptedImport, refused: [BadEntry]) throws {
        var report = try read(url)
        report.adopted = adopted
        report.badEntryCount += refused.count
        report.badEntries += refused.prefix(max(0, badEntryLimit - report.badEntries.count))
        try report.write(to: url)
    }

    private enum CodingKeys: String, CodingKey {
        case entries, pictures, bytes, counts, adopted
        case badEntryCount = "bad_entry_count"
        case badEntries = "bad_entries"
    }
}

/// What became of an import's pictures in the dataset.
package struct AdoptedImport: Sendable, Codable, Equatable {
    /// New in the dataset.
    package var created = 0
    /// Under the same name with the same bytes before; also those of an import that is adopted a second time.
    package var unchanged = 0
    /// Refused because the dataset declares other classes.
    package var refused = 0

    /// By name, for a job's result.
    package var counts: [String: Int] { ["created": created, "unchanged": unchanged, "refused": refused] }
}
