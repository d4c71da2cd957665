import Base
import Foundation
import TestSupport

@testable import DatasetStore

/// A data directory with a store in it, and what specs do to it.
struct Workbench: Sendable {
    let root: URL
    let directory: DataDirectory
    let store: DatasetStore

    static func with(_ body: (Workbench) async throws -> Void) async throws {
        try await TestSupport.withTemporaryDirectory { root in
            let directory = try DataDirectory(url: root)
            let store = try DatasetStore(directory: root)
            try await body(Workbench(root: root, directory: directory, store: store))
            try store.close()
        }
    }

    static func name(_ text: String) throws -> ResourceName {
        guard let name = ResourceName(text) else { throw NotAName(text: text) }
        return name
    }

    struct NotAName: Error { let text: String }

    func staged(_ bytes: Data) throws -> URL {
        let file = directory.newIncomingFile()
        try bytes.write(to: file)
        return file
    }

    @discardableResult
    func put(
        _ image: String, _ bytes: Data, in dataset: String = "cells", label: String? = nil, hiddenLabel: String? = nil,
        role: ImageRole? = nil, ifMatch: String? = nil
    ) async throws -> PutOutcome {
        try await store.put(
            dataset: Self.name(dataset), image: Self.name(image), stagedFile: staged(bytes), label: label, hiddenLabel: hiddenLabel,
            role: role, ifMatch: ifMatch)
    }

    func blobsOnDisk() throws -> Set<SHA256Digest> { Set(try store.blobs.all()) }
    func stagedFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.incoming.path) }

    /// An import as its worker and the service do it, in a job's `result/`.
    func importArchive(_ archive: URL, into dataset: String = "cells", limits: ArchiveLimits = .standard) async throws -> (
        ImportReport, [String: Int]
    ) {
        let result = root.appendingPathComponent("jobs/\(ULID.now())/result")
        let report = try ArchiveImport(archive: archive, result: result, limits: limits, threads: 2).run()
        return (report, try await store.adoptImport(dataset: Self.name(dataset), from: result.appendingPathComponent("images.jsonl")))
    }
}
