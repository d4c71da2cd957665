import Base
import Foundation

/// `revision.jsonl`: what a worker learns from. A line with the classes, then one ``RevisionEntry`` a line, by image name.
///
/// Keys are sorted, so that equal revisions have equal bytes and so equal digests.
package struct RevisionManifest: Sendable, Equatable {
    /// In the order of a model's outputs.
    package let classes: [String]
    package let entries: [RevisionEntry]

    private struct Header: Codable {
        static let format = "aliquot.revision.1"
        let format: String
        let classes: [String]
        let images: Int
    }

    package init(classes: [String], entries: [RevisionEntry]) {
        self.classes = classes
        self.entries = entries
    }

    /// The file's bytes.
    package func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(Header(format: Header.format, classes: classes, images: entries.count))
        data.append(0x0A)
        for entry in entries {
            data.append(try encoder.encode(entry))
            data.append(0x0A)
        }
        return data
    }

    /// Writes the file atomically.
    /// - Throws: `SystemError`
    package static func write(_ entries: [RevisionEntry], classes: [String], to url: URL) throws {
        try AtomicFile.write(RevisionManifest(classes: classes, entries: entries).data(), to: url)
    }

    /// - Throws: ``DatasetStoreError/damagedFile(path:detail:)`` for a file that is not whole or not ours.
    package static func read(_ url: URL) throws -> (classes: [String], entries: [RevisionEntry]) {
        let decoder = JSONDecoder()
        var lines = try Data(contentsOf: url).split(separator: 0x0A).makeIterator()
        func damaged(_ detail: String) -> DatasetStoreError { .damagedFile(path: url.path, detail: detail) }
        do {
            guard let first = lines.next() else { throw damaged("the file is empty") }
            let header = try decoder.decode(Header.self, from: first)
            guard header.format == Header.format else { throw damaged("format '\(header.format)' instead of '\(Header.format)'") }
            var entries: [RevisionEntry] = []
            entries.reserveCapacity(min(header.images, 1_000_000))
            while let line = lines.next() { entries.append(try decoder.decode(RevisionEntry.self, from: line)) }
            guard entries.count == header.images else { throw damaged("\(entries.count) pictures instead of \(header.images)") }
            return (header.classes, entries)
        } catch let error as DecodingError { throw damaged("\(error)") }
    }
}
