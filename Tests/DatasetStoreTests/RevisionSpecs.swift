import Base
import Foundation
import Images
import Testing

@testable import DatasetStore

@Suite("revisions")
struct RevisionSpecs {
    private func kinds(_ revision: Revision) -> Set<Finding.Kind> { Set(revision.findings.map(\.kind)) }

    @Test("a revision never changes, an unchanged dataset gives the same one, a changed one the next")
    func immutability() async throws {
        try await Workbench.with { bench in
            // Given a dataset with two pictures
            let dataset = try Workbench.name("cells")
            _ = try await bench.store.create(dataset, classes: nil)
            await #expect(throws: DatasetStoreError.nothingToRevise(dataset: "cells")) {
                try await bench.store.createRevision(dataset: dataset)
            }
            let first = try await bench.put("a", TestPictures.png(1), label: "x").image
            try await bench.put("b", TestPictures.png(2), label: "y")
            // When it is frozen twice, changed, and frozen again
            let one = try await bench.store.createRevision(dataset: dataset)
            #expect(try await bench.store.createRevision(dataset: dataset) == one)
            try await bench.store.delete(dataset: dataset, image: first.name)
            let two = try await bench.store.createRevision(dataset: dataset)
            // Then there are two; the first still names the deleted picture and keeps its bytes
            #expect(one.number == 1 && two.number == 2)
            #expect(try await bench.store.entries(dataset: dataset, revision: 1).map(\.image.description) == ["a", "b"])
            #expect(try await bench.store.entries(dataset: dataset, revision: 2).map(\.image.description) == ["b"])
            #expect(FileManager.default.fileExists(atPath: bench.store.blobURL(first).path))
            #expect(try await bench.store.collectGarbage() == 0)
            // And a worker's manifest has the revision's digest and reads back the same
            let file = bench.root.appendingPathComponent("revision.jsonl")
            try await bench.store.writeManifest(dataset: dataset, revision: 1, to: file)
            #expect(try SHA256Digest(ofFile: file) == one.digest)
            let (classes, entries) = try RevisionManifest.read(file)
            #expect(classes == ["x", "y"])
            #expect(entries == (try await bench.store.entries(dataset: dataset, revision: 1)))
            // And with the dataset everything goes
            try await bench.store.delete(dataset)
            #expect(try bench.blobsOnDisk().isEmpty)
        }
    }

    @Test("duplicates, leaks, conflicts and imbalance are found")
    func findings() async throws {
        try await Workbench.with { bench in
            // Given: one picture under two names with two labels, one in train and test, one recompressed, and classes of 4 and 1
            let dataset = try Workbench.name("cells")
            _ = try await bench.store.create(dataset, classes: nil)
            try await bench.put("twice-1", TestPictures.png(1), label: "x")
            try await bench.put("twice-2", TestPictures.png(1), label: "y")
            try await bench.put("leak-train", TestPictures.png(2), label: "x")
            try await bench.put("leak-test", TestPictures.png(2), label: "x", role: .test)
            try await bench.put("near-1", TestPictures.png(3, side: 96), label: "x")
            try await bench.put("near-2", TestPictures.jpeg(3, side: 90, quality: 60), label: "x")
            // When a revision is made
            let revision = try await bench.store.createRevision(dataset: dataset)
            // Then each is told with its pictures' names
            let expected: Set<Finding.Kind> = [
                .exactDuplicate, .nearDuplicate, .sameInTrainAndTest, .conflictingLabels, .classImbalance, .tooFewLabels,
            ]
            #expect(kinds(revision) == expected)
            let byKind = Dictionary(uniqueKeysWithValues: revision.findings.map { ($0.kind, $0) })
            #expect(byKind[.sameInTrainAndTest]?.examples == [["leak-test", "leak-train"]])
            #expect(byKind[.sameInTrainAndTest]?.severity == .error)
            #expect(byKind[.conflictingLabels]?.examples == [["twice-1", "twice-2"]])
            #expect(byKind[.nearDuplicate]?.examples == [["near-1", "near-2"]])
            #expect(byKind[.tooFewLabels]?.severity == .error)  // y has one
            #expect(revision.counts.perClass == [counted("x", train: 4, test: 1), counted("y", train: 1, test: 0)])
        }
    }

    @Test("a picture that is learned from and validated with is told, less gravely than one of the test")
    func validationLeak() async throws {
        try await Workbench.with { bench in
            // Given one picture in train and in validation
            let dataset = try Workbench.name("cells")
            _ = try await bench.store.create(dataset, classes: nil)
            try await bench.put("learned", TestPictures.png(1), label: "x")
            try await bench.put("validated", TestPictures.png(1), label: "x", role: .validation)
            // When a revision is made, then a warning names both
            let leak = try await bench.store.createRevision(dataset: dataset).findings.first { $0.kind == .sameInTrainAndTest }
            #expect(leak?.examples == [["learned", "validated"]] && leak?.severity == .warning)
        }
    }

    @Test("a picture whose bytes are gone from the disk is left out and named")
    func corrupt() async throws {
        try await Workbench.with { bench in
            let dataset = try Workbench.name("cells")
            _ = try await bench.store.create(dataset, classes: nil)
            try await bench.put("good", TestPictures.png(1), label: "x")
            let bad = try await bench.put("bad", TestPictures.png(2), label: "x").image
            try FileManager.default.removeItem(at: bench.store.blobURL(bad))
            let revision = try await bench.store.createRevision(dataset: dataset)
            #expect(revision.findings.first { $0.kind == .corrupt }?.examples == [["bad"]])
            #expect(try await bench.store.entries(dataset: dataset, revision: 1).map(\.image.description) == ["good"])
        }
    }

    @Test("a manifest that is cut short is refused")
    func cutManifest() async throws {
        try await TestSupportDirectory.with { root in
            let file = root.appendingPathComponent("revision.jsonl")
            let entry = RevisionEntry(
                image: try Workbench.name("a"), sha256: SHA256Digest(of: Data()), label: "x", role: .train, width: 1, height: 1,
                format: .png)
            try RevisionManifest.write([entry, entry], classes: ["x"], to: file)
            let whole = try Data(contentsOf: file)
            try whole.prefix(whole.count - 20).write(to: file)
            #expect(throws: DatasetStoreError.self) { try RevisionManifest.read(file) }
            let lines = whole.split(separator: 0x0A)
            try Data(lines.dropLast().joined(separator: [0x0A])).write(to: file)
            #expect(throws: DatasetStoreError.damagedFile(path: file.path, detail: "1 pictures instead of 2")) {
                try RevisionManifest.read(file)
            }
        }
    }

    @Test("the search by quarters finds what comparing every pair finds")
    func nearDuplicateSearch() throws {
        // Given 400 random hashes, 40 of them with 1 to 6 bits changed
        var random = SeededRandom(seed: 5)
        var hashes = (0..<400).map { _ in DifferenceHash(bits: random.next()) }
        for index in 0..<40 {
            let flips = (0..<(1 + index % 6)).map { _ in UInt64(1) << (random.next() & 63) }
            hashes.append(DifferenceHash(bits: flips.reduce(hashes[index].bits, ^)))
        }
        // When groups are searched, and found plainly
        let groups = NearDuplicateSearch.groups(hashes)
        var plain = DisjointSets(count: hashes.count)
        for a in hashes.indices {
            for b in hashes.indices where a < b && hashes[a].isTelling && hashes[b].isTelling && hashes[a].distance(to: hashes[b]) <= 3 {
                plain.join(a, b)
            }
        }
        // Then they agree
        #expect(groups == plain.groups)
        #expect(groups.count >= 20)
    }

    private func counted(_ label: String, train: Int, test: Int) -> ImageCounts.OfClass {
        var counts = ImageCounts(classes: [])
        counts.add(train, label: label, role: .train)
        counts.add(test, label: label, role: .test)
        return counts.perClass[0]
    }
}
