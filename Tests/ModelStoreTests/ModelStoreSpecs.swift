import Base
import Engine
import Foundation
import ModelFormat
import TestSupport
import Testing

@testable import ModelStore

@Suite("models on disk")
struct ModelStoreSpecs {
    private let name: ResourceName

    init() throws { name = try #require(ResourceName("cells")) }

    private func graph() -> Graph {
        var builder = GraphBuilder(architecture: "toy")
        let x = builder.convolution("stem", builder.input, outputs: 2, kernel: 3, stride: 2)
        let pooled = builder.globalAveragePool(x)
        return builder.head("classifier", pooled, classes: 2)
    }

    /// A job's result, `result/model/`.
    private func result(_ root: URL, _ job: String, report: String = "{}") throws -> URL {
        let graph = graph()
        let folder = root.appendingPathComponent("jobs/\(job)/result")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let manifest = ModelManifest(architecture: "toy", classes: ["a", "b"], input: InputDescription(size: 32))
        let url = folder.appendingPathComponent("model")
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: .initial(for: graph, seed: 1), quantised: nil, report: Data(report.utf8), to: url)
        return url
    }

    private func with(_ body: (URL, ModelStore) async throws -> Void) async throws {
        try await TestSupport.withTemporaryDirectory { root in
            try await body(root, try ModelStore(directory: root.appendingPathComponent("models")))
        }
    }

    @Test("each job's result becomes the next version; the same job again gets the same one")
    func adoption() async throws {
        try await with { root, store in
            // Given results of two jobs
            let (first, second) = (ULID.now(), ULID.now())
            let (one, two) = (try result(root, "1", report: #"{"n":1}"#), try result(root, "2"))
            // When they are adopted, the first one twice
            #expect(try await store.adopt(result: one, name: name, job: first) == 1)
            #expect(try await store.adopt(result: two, name: name, job: second) == 2)
            #expect(try await store.adopt(result: one, name: name, job: first) == 1)
            // Then there are two whole versions, and the results were moved
            #expect(try await store.models() == [StoredModel(name: name, versions: [1, 2], aliases: ["latest": 2])])
            let stored = try await store.version(name, 1)
            #expect(stored.report == Data(#"{"n":1}"#.utf8) && stored.manifest.classes == ["a", "b"])
            #expect(!FileManager.default.fileExists(atPath: one.path))
        }
    }

    @Test("a version made from another is only taken in while that other one is there, with the same float part")
    func source() async throws {
        try await with { root, store in
            // Given two versions, and results made from the first of them
            #expect(try await store.adopt(result: result(root, "1"), name: name, job: .now()) == 1)
            #expect(try await store.adopt(result: result(root, "2"), name: name, job: .now()) == 2)
            let digest = try #require(try await store.version(name, 1).manifest.files[ModelDirectory.floatName]?.sha256)
            let (source, done) = (ModelSource(version: 1, floatDigest: digest), ULID.now())
            let (made, late) = (try result(root, "3"), try result(root, "4"))
            // When one is adopted while it is there
            #expect(try await store.adopt(result: made, name: name, job: done, of: source) == 3)
            // Then one from another network of that number is not, nor one from a version that was deleted
            let other = ModelSource(version: 2, floatDigest: SHA256Digest(of: Data("another".utf8)))
            await #expect(throws: ModelStoreError.noSuchVersion(model: "cells", version: 2)) {
                try await store.adopt(result: late, name: name, job: .now(), of: other)
            }
            try await store.delete(name, version: 1)
            await #expect(throws: ModelStoreError.noSuchVersion(model: "cells", version: 1)) {
                try await store.adopt(result: late, name: name, job: .now(), of: source)
            }
            #expect(try await store.versions(name) == [2, 3])
            // But what was adopted before stays so, when a crash makes the queue ask again
            #expect(try await store.adopt(result: made, name: name, job: done, of: source) == 3)
            // And after the whole model is gone its name stays free
            try await store.delete(name)
            await #expect(throws: ModelStoreError.noSuchModel("cells")) {
                try await store.adopt(result: late, name: name, job: .now(), of: source)
            }
            #expect(!FileManager.default.fileExists(atPath: store.directory.appendingPathComponent("cells").path))
        }
    }

    @Test("a crash between the number and the move is repaired with the same number")
    func crash() async throws {
        try await with { root, store in
            // Given an adoption that ended after the number was written down
            let job = ULID.now()
            let folder = ModelFolder(url: store.directory.appendingPathComponent(name.description))
            try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
            try folder.write(.init(aliases: [:], lastVersion: 1, jobs: [job.description: 1]))
            await #expect(throws: ModelStoreError.noSuchModel("cells")) { try await store.model(name) }
            // When another job is adopted first, then the interrupted one again
            #expect(try await store.adopt(result: result(root, "2"), name: name, job: .now()) == 2)
            #expect(try await store.adopt(result: result(root, "1"), name: name, job: job) == 1)
            // Then both stand
            #expect(try await store.versions(name) == [1, 2])
        }
    }

    @Test("a result that is damaged or incomplete is refused and stays where it is")
    func damage() async throws {
        try await with { root, store in
            let model = try result(root, "1")
            try Data("{}".utf8).write(to: model.appendingPathComponent("graph.json"))
            await #expect(throws: ModelStoreError.self) { try await store.adopt(result: model, name: name, job: .now()) }
            #expect(try await store.models().isEmpty)
            #expect(FileManager.default.fileExists(atPath: model.path))
        }
    }

    @Test("an alias is moved forth and back, survives a restart, and holds its version")
    func aliases() async throws {
        try await with { root, store in
            // Given two versions
            let alias = try #require(ResourceName("production"))
            for job in ["1", "2"] { _ = try await store.adopt(result: result(root, job), name: name, job: .now()) }
            // When the alias goes forth and back
            try await store.setAlias(name, alias: alias, version: 2)
            try await store.setAlias(name, alias: alias, version: 1)
            // Then it stands, also for a new store
            let again = try ModelStore(directory: root.appendingPathComponent("models"))
            #expect(try await again.aliases(name) == ["production": 1, "latest": 2])
            // And refuses what cannot be
            await #expect(throws: ModelStoreError.noSuchVersion(model: "cells", version: 3)) {
                try await store.setAlias(name, alias: alias, version: 3)
            }
            let latest = try #require(ResourceName("latest"))
            await #expect(throws: ModelStoreError.reservedAlias("latest")) { try await store.setAlias(name, alias: latest, version: 1) }
            await #expect(throws: ModelStoreError.versionInUse(model: "cells", version: 1, aliases: ["production"])) {
                try await store.delete(name, version: 1)
            }
            try await store.deleteAlias(name, alias: alias)
            await #expect(throws: ModelStoreError.noSuchAlias(model: "cells", alias: "production")) {
                try await store.deleteAlias(name, alias: alias)
            }
        }
    }

    @Test("a deleted version's number is not given again; a deleted model is gone")
    func deletion() async throws {
        try await with { root, store in
            for job in ["1", "2"] { _ = try await store.adopt(result: result(root, job), name: name, job: .now()) }
            try await store.delete(name, version: 2)
            #expect(try await store.aliases(name) == ["latest": 1])
            #expect(try await store.adopt(result: result(root, "3"), name: name, job: .now()) == 3)
            try await store.delete(name)
            await #expect(throws: ModelStoreError.noSuchModel("cells")) { try await store.versions(name) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("models").path).isEmpty)
        }
    }

    @Test("versions adopted at the same time get numbers of their own")
    func concurrency() async throws {
        try await with { root, store in
            let results = try (0..<8).map { try result(root, "\($0)") }
            let versions = try await withThrowingTaskGroup(of: Int.self) { group in
                for url in results { group.addTask { [name] in try await store.adopt(result: url, name: name, job: .now()) } }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(versions == Set(1...8))
        }
    }

    @Test("what a reader gets after an alias was moved is never of before, however many read meanwhile")
    func readsAreFresh() async throws {
        try await with { root, store in
            // Given two versions, and readers who never pause
            for job in ["1", "2"] { _ = try await store.adopt(result: try result(root, job), name: name, job: .now()) }
            let alias = try #require(ResourceName("production"))
            let readers = (0..<3).map { _ in
                Task { [name] in
                    while !Task.isCancelled {
                        _ = try await store.model(name)
                        await Task.yield()  // what is remembered is given at once: without this the readers would keep the pool's threads
                    }
                }
            }
            // When the alias goes back and forth
            for turn in 0..<100 {
                try await store.setAlias(name, alias: alias, version: 1 + turn % 2)
                // Then who asks afterwards sees the new target
                #expect(try await store.model(name).aliases["production"] == 1 + turn % 2)
            }
            for reader in readers { reader.cancel() }
        }
    }
}
