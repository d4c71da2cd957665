import Base
import Foundation
import GRDB
import Testing

@testable import DatasetStore

@Suite("datasets")
struct DatasetsSpecs {
    @Test("the database fsyncs at every commit and minds foreign keys")
    func durableSettings() async throws {
        try await Workbench.with { bench in
            let settings = try await bench.store.catalog.write { db in
                (
                    try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
                )
            }
            #expect(settings.0 == 2 && settings.1 == "wal" && settings.2 == 1)
        }
    }

    @Test("declared classes keep their order; learned ones are the labels in use")
    func classes() async throws {
        try await Workbench.with { bench in
            // Given one dataset that declares classes and one that learns them
            let declared = try await bench.store.create(Workbench.name("declared"), classes: ["z", "a"])
            _ = try await bench.store.create(Workbench.name("learned"), classes: nil)
            try await bench.put("p1", TestPictures.png(1), in: "learned", label: "z")
            try await bench.put("p2", TestPictures.png(2), in: "learned", label: "a", role: .test)
            try await bench.put("p3", TestPictures.png(3), in: "learned")
            // When they are read
            let learned = try await bench.store.dataset(Workbench.name("learned"))
            // Then
            #expect(declared.classes == ["z", "a"] && declared.classesAreDeclared)
            #expect(learned.classes == ["a", "z"] && !learned.classesAreDeclared)
            #expect(learned.counts.images == 3 && learned.counts.unlabelledTrain == 1 && learned.counts.test == 1)
            await #expect(throws: DatasetStoreError.datasetExists("learned")) {
                try await bench.store.create(Workbench.name("learned"), classes: nil)
            }
            await #expect(throws: DatasetStoreError.invalidClasses(detail: "the class 'a' is named twice")) {
                try await bench.store.create(Workbench.name("x"), classes: ["a", "a"])
            }
            // And a class in use cannot be taken off the list
            await #expect(throws: DatasetStoreError.classInUse(label: "z", images: 1)) {
                try await bench.store.update(Workbench.name("learned"), classes: ["a", "b"])
            }
        }
    }

    @Test("a list is read in pages that follow each other, filtered by role and state")
    func paging() async throws {
        try await Workbench.with { bench in
            // Given five pictures, two of them labelled
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            for index in 0..<5 { try await bench.put("p\(index)", TestPictures.png(UInt64(index)), label: index < 2 ? "x" : nil) }
            let dataset = try Workbench.name("cells")
            // When they are listed two at a time
            var names: [String] = []
            var token: String?
            repeat {
                let page = try await bench.store.images(dataset: dataset, page: PageRequest(size: 2, token: token))
                names += page.items.map(\.name.description)
                token = page.nextPageToken
            } while token != nil
            // Then each comes once
            #expect(names == ["p0", "p1", "p2", "p3", "p4"])
            let labelled = try await bench.store.images(dataset: dataset, filter: ImageFilter(state: .labelled), page: PageRequest())
            #expect(labelled.items.map(\.label) == ["x", "x"])
            await #expect(throws: DatasetStoreError.invalidPageToken("nonsense")) {
                try await bench.store.images(dataset: dataset, page: PageRequest(token: "nonsense"))
            }
        }
    }

    @Test("a label is set, kept and taken away")
    func labelChanges() async throws {
        try await Workbench.with { bench in
            _ = try await bench.store.create(Workbench.name("cells"), classes: ["x", "y"])
            try await bench.put("p", TestPictures.png(1))
            let (dataset, image) = (try Workbench.name("cells"), try Workbench.name("p"))
            #expect(try await bench.store.update(dataset: dataset, image: image, label: .set("y")).label == "y")
            let moved = try await bench.store.update(dataset: dataset, image: image, role: .test)
            #expect(moved.label == "y" && moved.role == .test)
            #expect(try await bench.store.update(dataset: dataset, image: image, label: .remove).label == nil)
            await #expect(throws: DatasetStoreError.unknownLabel(got: "q", allowed: ["x", "y"])) {
                try await bench.store.update(dataset: dataset, image: image, label: .set("q"))
            }
        }
    }

    @Test("what was stored is there after the store is opened again")
    func reopening() async throws {
        try await Workbench.with { bench in
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil, description: "stained")
            let image = try await bench.put("p", TestPictures.png(1), label: "x").image
            let second = try DatasetStore(directory: bench.root)
            #expect(try await second.dataset(Workbench.name("cells")).description == "stained")
            #expect(try await second.image(dataset: Workbench.name("cells"), image: Workbench.name("p")) == image)
            try second.close()
        }
    }

    @Test("a second owner of the data directory is refused and told the first one's process")
    func lock() async throws {
        try await Workbench.with { bench in
            try Data("x".utf8).write(to: bench.directory.newIncomingFile())
            #expect(throws: DatasetStoreError.dataDirectoryInUse(path: bench.root.standardizedFileURL.path, pid: getpid())) {
                try DataDirectory(url: bench.root)
            }
            // The refused one has not touched the first one's uploads.
            #expect(try bench.stagedFiles().count == 1)
        }
    }

    @Test("uploads that a crash left in incoming/ are gone after the next start")
    func sweep() async throws {
        try await TestSupportDirectory.with { root in
            for _ in 0..<2 {
                let directory = try DataDirectory(url: root)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.incoming.path).isEmpty)
                try Data("half".utf8).write(to: directory.newIncomingFile())
            }
        }
    }
}
