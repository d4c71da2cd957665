import Base
import Foundation
import GRDB

extension DatasetStore {
    /// Takes a finished import into a dataset: links its blobs here, then names them all in one transaction. Idempotent: after a crash anywhere in it, the same call
    /// completes it without doubles; once it is complete, the same call gives the same counts.
    ///
    /// A picture whose name stands in the dataset with other bytes gets a number behind its name; an import never overwrites. In a dataset that declares its classes,
    /// pictures of other classes are left out and listed in `report.json` beside `imagesFile`, where also the counts are added.
    /// - Parameter imagesFile: `result/images.jsonl` of the job.
    /// - Returns: ``AdoptedImport/counts``.
    /// - Throws: `noSuchDataset`; `damagedFile` where a blob of the import is nowhere; `diskFull`; `SystemError`.
    package func adoptImport(dataset: ResourceName, from imagesFile: URL) async throws -> [String: Int] {
        let result = imagesFile.deletingLastPathComponent()
        let reportFile = result.appendingPathComponent(ArchiveImport.reportName)
        // Said only after the rows were committed.
        if let adopted = try await files.run({ try ImportReport.read(reportFile).adopted }) {
            try await files.run { try Folders.remove(result.appendingPathComponent(ArchiveImport.blobsName)) }
            return adopted.counts
        }
        try await checkUpload(dataset: dataset, label: nil)
        let images = try await files.run { try ImportedImages.read(imagesFile) }
        let digests = Set(images.map(\.sha256))
        pins.pin(digests)
        let outcome: Result<(AdoptedImport, [BadEntry]), any Error>
        do {
            try await files.run { [blobs] in
                let own = BlobStore(directory: result.appendingPathComponent(ArchiveImport.blobsName))
                try blobs.adopt(images.map { ($0.sha256, $0.bytes) }, from: own)
            }
            outcome = .success(try await insert(images, into: dataset))
        } catch { outcome = .failure(error) }
        pins.unpin(digests)
        // What was refused or not stored is named by nothing.
        try await collect(Array(digests))
        let (adopted, refused) = try outcome.get()
        try await files.run {
            try ImportReport.complete(reportFile, adopted: adopted, refused: refused)
            try Folders.remove(result.appendingPathComponent(ArchiveImport.blobsName))
        }
        return adopted.counts
    }

    private func insert(_ images: [ImportedImage], into dataset: ResourceName) async throws -> (AdoptedImport, [BadEntry]) {
        try await catalog.write { db in
            let row = try DatasetRow.find(dataset, db)
            let standing = try db.makeStatement(sql: "SELECT sha256 FROM image WHERE dataset_id = ? AND name = ?")
            var adopted = AdoptedImport()
            var refused: [BadEntry] = []
            for image in images {
                if let label = image.label, let classes = row.declaredClasses, !classes.contains(label) {
                    let allowed = classes.prefix(20).joined(separator: ", ")
                    refused.append(
                        BadEntry(
                            path: image.path, code: .unknownLabel, detail: "the dataset has no class '\(label)'; its classes: \(allowed)"))
                    continue
                }
                var name = image.image
                var number = 2
                var old = try String.fetchOne(standing, arguments: [row.id, name.description])
                while let digest = old, digest != image.sha256.description {
                    guard let next = ImageNaming.numbered(image.image, number, digest: image.sha256) else { break }
                    name = next
                    number += 1
                    old = try String.fetchOne(standing, arguments: [row.id, name.description])
                }
                guard old == nil else {
                    adopted.unchanged += 1
                    continue
                }
                try Self.insert(image.facts, db)
                try Self.insert(
                    name, sha256: image.sha256, label: image.label, hiddenLabel: image.hiddenLabel, role: image.role, in: row, db)
                adopted.created += 1
            }
            adopted.refused = refused.count
            return (adopted, refused)
        }
    }
}

extension BlobStore {
    /// Takes blobs from another store on the same file system, where they are durable already; those that are here already may be missing there.
    ///
    /// They are linked, not moved: until their rows are committed the import stays complete by itself, whatever happens to the blobs here.
    func adopt(_ wanted: [(digest: SHA256Digest, bytes: Int)], from other: BlobStore) throws {
        var folders: Set<String> = []
        for (digest, bytes) in wanted where size(digest) != bytes {
            guard other.size(digest) == bytes else {
                throw DatasetStoreError.damagedFile(path: other.url(digest).path, detail: "the import's picture is missing or cut short")
            }
            if folders.insert(String(digest.description.prefix(2))).inserted { try makeFolder(of: digest) }
            try remove(digest)  // one of another length is damaged
            if link(other.url(digest).path, url(digest).path) == 0 { continue }
            // Some file systems have no hard links.
            guard rename(other.url(digest).path, url(digest).path) == 0 else {
                throw SystemError(call: "rename", subject: url(digest).path)
            }
        }
        for folder in folders { try AtomicFile.sync(directory: directory.appendingPathComponent(folder)) }
    }
}
