import Base
import Foundation

/// `result/images.jsonl`: one ``ImportedImage`` a line, in the archive's order.
enum ImportedImages {
    static func write(_ images: [ImportedImage], to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        for image in images {
            data.append(try encoder.encode(image))
            data.append(0x0A)
        }
        try AtomicFile.write(data, to: url)
    }

    /// - Throws: ``DatasetStoreError/damagedFile(path:detail:)``
    static func read(_ url: URL) throws -> [ImportedImage] {
        let decoder = JSONDecoder()
        do { return try Data(contentsOf: url).split(separator: 0x0A).map { try decoder.decode(ImportedImage.self, from: $0) } } catch let
            error as DecodingError
        { throw DatasetStoreError.damagedFile(path: url.path, detail: "\(error)") }
    }
}
