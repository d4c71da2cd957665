import Base
import Foundation
import Images
import Testing

@testable import DatasetStore

@Suite("a picture is put")
struct ImagePutSpecs {
    @Test("new bytes create it, the same bytes again change nothing, other bytes need its tag")
    func putSemantics() async throws {
        try await Workbench.with { bench in
            // Given a dataset
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let first = try TestPictures.png(1)
            let second = try TestPictures.png(2)
            // When a picture is put twice
            let created = try await bench.put("a.png", first, label: "round")
            let again = try await bench.put("a.png", first)
            // Then it is new once, keeps its label, and its tag is the SHA-256 of its bytes
            #expect(created == .created(created.image))
            #expect(again == .same(created.image))
            #expect(created.image.sha256 == SHA256Digest(of: first))
            #expect(created.image.label == "round" && created.image.role == .train && created.image.width == 64)
            // When other bytes come without, with a wrong and with the right tag
            let etag = created.image.sha256.description
            await #expect(throws: DatasetStoreError.imageExists(image: "a.png", etag: etag)) { try await bench.put("a.png", second) }
            await #expect(throws: DatasetStoreError.preconditionFailed(image: "a.png", got: "\"x\"", current: etag)) {
                try await bench.put("a.png", second, ifMatch: "\"x\"")
            }
            #expect(try bench.blobsOnDisk() == [created.image.sha256])
            let replaced = try await bench.put("a.png", second, ifMatch: "\"\(etag)\"")
            // Then only the last replaces it, and the old bytes are gone
            #expect(replaced == .replaced(replaced.image))
            #expect(try bench.blobsOnDisk() == [SHA256Digest(of: second)])
            #expect(try bench.stagedFiles().isEmpty)
        }
    }

    @Test("a label that only the evaluator is to know is kept apart: it makes no class, no labelled picture, and goes into the revision")
    func hiddenLabel() async throws {
        try await Workbench.with { bench in
            let cells = try Workbench.name("cells")
            _ = try await bench.store.create(cells, classes: nil)
            // Given an unlabelled picture whose class the evaluator knows, and one that nobody knows
            let picture = try TestPictures.png(1)
            let put = try await bench.put("known", picture, hiddenLabel: "round").image
            try await bench.put("unknown", TestPictures.png(2))
            #expect(put.label == nil && put.hiddenLabel == "round")
            // Then it counts as unlabelled, and the dataset has no class by it
            let dataset = try await bench.store.dataset(cells)
            #expect(dataset.classes.isEmpty && dataset.counts.unlabelledTrain == 2)
            // When it is put again without a word, changed, taken away and set again
            #expect(try await bench.put("known", picture).image.hiddenLabel == "round")
            #expect(try await bench.store.update(dataset: cells, image: put.name, role: .train).hiddenLabel == "round")
            #expect(try await bench.store.update(dataset: cells, image: put.name, hiddenLabel: .remove).hiddenLabel == nil)
            #expect(try await bench.store.update(dataset: cells, image: put.name, hiddenLabel: .set("flat")).hiddenLabel == "flat")
            await #expect(throws: DatasetStoreError.invalidLabel(got: "a/b")) { try await bench.put("x", picture, hiddenLabel: "a/b") }
            // Then a revision freezes it, and its manifest brings it to the worker
            _ = try await bench.store.createRevision(dataset: cells)
            let file = bench.root.appendingPathComponent("revision.jsonl")
            try await bench.store.writeManifest(dataset: cells, revision: 1, to: file)
            let entries = try RevisionManifest.read(file).entries
            #expect(entries.map { "\($0.image) \($0.label ?? "-") \($0.hiddenLabel ?? "-")" } == ["known - flat", "unknown - -"])
        }
    }

    @Test("a refused upload leaves nothing behind")
    func refusedUploads() async throws {
        try await Workbench.with { bench in
            // Given a dataset with declared classes
            _ = try await bench.store.create(Workbench.name("cells"), classes: ["round", "flat"])
            let whole = try TestPictures.jpeg(1, side: 128)
            // When text, nothing, half a picture, a picture with an unknown label, and one for a missing dataset are put
            await #expect(throws: DatasetStoreError.notAPicture(.notAPicture)) { try await bench.put("a", Data("hello".utf8)) }
            await #expect(throws: DatasetStoreError.notAPicture(.notAPicture)) { try await bench.put("a", Data()) }
            await #expect(throws: DatasetStoreError.self) { try await bench.put("a", whole.prefix(whole.count / 2)) }
            await #expect(throws: DatasetStoreError.unknownLabel(got: "oval", allowed: ["round", "flat"])) {
                try await bench.put("a", whole, label: "oval")
            }
            await #expect(throws: DatasetStoreError.noSuchDataset("none")) { try await bench.put("a", whole, in: "none") }
            // Then there is no row, no blob, no staged file
            let page = try await bench.store.images(dataset: Workbench.name("cells"), page: PageRequest())
            #expect(page.items.isEmpty)
            #expect(try bench.blobsOnDisk().isEmpty)
            #expect(try bench.stagedFiles().isEmpty)
        }
    }

    @Test("bytes that two datasets name survive the deletion in one, and go with the last")
    func sharedBytes() async throws {
        try await Workbench.with { bench in
            // Given the same bytes in two datasets
            let bytes = try TestPictures.png(7)
            for name in ["one", "two"] {
                _ = try await bench.store.create(Workbench.name(name), classes: nil)
                try await bench.put("p", bytes, in: name)
            }
            // When the first dataset goes
            try await bench.store.delete(Workbench.name("one"))
            // Then the bytes stay until the other one's picture goes
            #expect(try bench.blobsOnDisk() == [SHA256Digest(of: bytes)])
            try await bench.store.delete(dataset: Workbench.name("two"), image: Workbench.name("p"))
            #expect(try bench.blobsOnDisk().isEmpty)
        }
    }

    @Test("puts and deletions of the same bytes at the same time never leave a row without its bytes")
    func racingWithCollection() async throws {
        try await Workbench.with { bench in
            // Given two names for the same bytes
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let bytes = try TestPictures.png(3, side: 16)
            let dataset = try Workbench.name("cells")
            // When one is put and deleted over and over while the other is too
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b"] {
                    group.addTask {
                        for _ in 0..<25 {
                            let image = try await bench.put(name, bytes).image
                            // Then after every put the bytes are there
                            #expect(FileManager.default.fileExists(atPath: bench.store.blobURL(image).path))
                            try await bench.store.delete(dataset: dataset, image: Workbench.name(name))
                        }
                    }
                }
                group.addTask { for _ in 0..<25 { try await bench.store.collectGarbage() } }
                try await group.waitForAll()
            }
            #expect(try bench.blobsOnDisk().isEmpty)
        }
    }

    @Test("a blob that a crash left without a row is collected, a named one is not")
    func garbage() async throws {
        try await Workbench.with { bench in
            // Given one picture with a row, and a blob that was adopted just before a crash
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let kept = try await bench.put("a", TestPictures.png(1)).image.sha256
            _ = try bench.store.blobs.adopt(stagedFile: bench.staged(TestPictures.png(2)))
            // When garbage is collected
            #expect(try await bench.store.collectGarbage() == 1)
            // Then only the named one is left
            #expect(try bench.blobsOnDisk() == [kept])
        }
    }

    @Test("a thumbnail keeps the aspect, is no larger than asked for, and is made once")
    func thumbnails() async throws {
        try await Workbench.with { bench in
            // Given a wide picture
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let wide = Resize.bilinear(try TestPictures.field(1), width: 400, height: 100)
            try await bench.put("wide", Data(try ImageEncoder.png(wide)))
            let (dataset, image) = (try Workbench.name("cells"), try Workbench.name("wide"))
            // When a thumbnail is asked for
            let jpeg = try await bench.store.thumbnail(dataset: dataset, image: image, size: 128)
            // Then 400 × 100 becomes 128 × 32
            let header = try ImageDecoder.header(of: jpeg, limits: .standard)
            #expect(header.format == .jpeg && header.width == 128 && header.height == 32)
            #expect(try await bench.store.thumbnail(dataset: dataset, image: image, size: 128) == jpeg)
            await #expect(throws: DatasetStoreError.outOfRange(name: "size", got: 9, allowed: 16...1024)) {
                try await bench.store.thumbnail(dataset: dataset, image: image, size: 9)
            }
            // And it goes with its picture
            let digest = try await bench.store.image(dataset: dataset, image: image).sha256.description
            let folder = bench.store.thumbnails.directory.appendingPathComponent("\(digest.prefix(2))/\(digest)")
            #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("128.jpg").path))
            try await bench.store.delete(dataset: dataset, image: image)
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }
}
