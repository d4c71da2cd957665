import Base
import Foundation
import TestSupport
import Testing

@testable import DatasetStore

@Suite("an archive is imported")
struct ArchiveImportSpecs {
    @Test("pictures go where the layout says, whatever the format", arguments: [ArchiveWriter.Kind.tar, .tarGzip, .zip])
    func layout(_ kind: ArchiveWriter.Kind) async throws {
        try await Workbench.with { bench in
            // Given an archive with a folder around everything, system files and an unreadable picture
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let archive = bench.directory.newIncomingFile()
            try ArchiveWriter.write(
                [
                    ("set/", .folder), ("set/.DS_Store", .file(Data("x".utf8))), ("__MACOSX/set/._1.png", .file(Data("x".utf8))),
                    ("set/labelled/round/1.png", .file(try TestPictures.png(1))),
                    ("set/labelled/flat cell/1.png", .file(try TestPictures.png(2))),
                    ("set/unlabelled/naïve 3.png", .file(try TestPictures.png(3))),
                    ("set/unlabelled/round/u.png", .file(try TestPictures.png(6))),
                    ("set/valid/round/v.png", .file(try TestPictures.png(4))),
                    ("set/test/round/1.png", .file(try TestPictures.png(5))), ("set/labelled/round/broken.png", .file(Data("text".utf8))),
                ], kind: kind, to: archive)
            // When it is imported
            let (report, counts) = try await bench.importArchive(archive)
            // Then every picture has its label, role and a valid name of its own
            #expect(report.pictures == 6 && counts == ["created": 6, "unchanged": 0, "refused": 0])
            #expect(report.badEntries.map(\.path) == ["set/labelled/round/broken.png"] && report.badEntries.first?.code == .notAPicture)
            let images = try await bench.store.images(dataset: Workbench.name("cells"), page: PageRequest()).items
            let places = Set(images.map { "\($0.name) \($0.label ?? "-") \($0.role.rawValue)\($0.hiddenLabel.map { " (\($0))" } ?? "")" })
            // And a class folder of unlabelled pictures is for the evaluator alone
            #expect(
                places == [
                    "u.png - train (round)",
                    "1.png round train", "train-flat_cell-1.png flat cell train", "naive_3.png - train", "v.png round validation",
                    "test-round-1.png round test",
                ])
            #expect(images.allSatisfy { FileManager.default.fileExists(atPath: bench.store.blobURL($0).path) })
        }
    }

    @Test("paths that climb or begin at the root, links, devices and pipes are listed, the good picture is kept")
    func hostileEntries() async throws {
        try await Workbench.with { bench in
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let picture = try TestPictures.png(1)
            let archive = bench.directory.newIncomingFile()
            try ArchiveWriter.write(
                [
                    ("round/good.png", .file(picture)), ("../climbs.png", .file(picture)), ("round/../../climbs.png", .file(picture)),
                    ("/absolute.png", .file(picture)), ("C:\\round\\drive.png", .file(picture)),
                    ("round/link.png", .symlink("/etc/passwd")),
                    ("round/hard.png", .hardlink("round/good.png")), ("round/null.png", .device), ("round/pipe.png", .pipe),
                    ("round/deep/er.png", .file(picture)), ("loose.png", .file(picture)),
                ], kind: .tar, to: archive)
            let (report, counts) = try await bench.importArchive(archive)
            #expect(counts["created"] == 1)
            #expect(
                report.badEntries.map(\.code) == [
                    .unsafePath, .unsafePath, .unsafePath, .unsafePath, .link, .link, .device, .device, .wrongPlace, .wrongPlace,
                ])
            #expect(
                !FileManager.default.fileExists(atPath: bench.root.deletingLastPathComponent().appendingPathComponent("climbs.png").path))
        }
    }

    @Test("an import is adopted twice without doubles, also after a crash between blobs and rows")
    func idempotence() async throws {
        try await Workbench.with { bench in
            // Given a finished import whose adoption crashed after one blob was moved
            _ = try await bench.store.create(Workbench.name("cells"), classes: ["round"])
            let archive = bench.directory.newIncomingFile()
            try ArchiveWriter.write(
                [
                    ("round/a.png", .file(try TestPictures.png(1))), ("round/b.png", .file(try TestPictures.png(2))),
                    ("oval/c.png", .file(try TestPictures.png(3))),
                ],
                kind: .zip, to: archive)
            let result = bench.root.appendingPathComponent("jobs/x/result")
            _ = try ArchiveImport(archive: archive, result: result).run()
            let own = BlobStore(directory: result.appendingPathComponent("blobs"))
            let moved = SHA256Digest(of: try TestPictures.png(1))
            try bench.store.blobs.makeFolder(of: moved)
            try FileManager.default.moveItem(at: own.url(moved), to: bench.store.blobs.url(moved))
            // When it is adopted twice
            let file = result.appendingPathComponent("images.jsonl")
            let first = try await bench.store.adoptImport(dataset: Workbench.name("cells"), from: file)
            let second = try await bench.store.adoptImport(dataset: Workbench.name("cells"), from: file)
            // Then the rows are there once, and the class that the dataset does not declare is in the report
            #expect(first == ["created": 2, "unchanged": 0, "refused": 1])
            #expect(second == first)
            #expect(try await bench.store.dataset(Workbench.name("cells")).counts.images == 2)
            let report = try JSONDecoder().decode(ImportReport.self, from: Data(contentsOf: result.appendingPathComponent("report.json")))
            #expect(report.adopted == AdoptedImport(created: 2, unchanged: 0, refused: 1))
            #expect(report.badEntries.map(\.code) == [.unknownLabel] && report.badEntryCount == 1)
            // And after a crash before the report was completed the rows are found unchanged
            _ = try ArchiveImport(archive: archive, result: result).run()
            #expect(
                try await bench.store.adoptImport(dataset: Workbench.name("cells"), from: file) == [
                    "created": 0, "unchanged": 2, "refused": 1,
                ])
            // And the refused picture's bytes are not kept, nor the import's own copies
            #expect(try bench.blobsOnDisk().count == 2)
            #expect(!FileManager.default.fileExists(atPath: own.directory.path))
        }
    }

    @Test("a name that stands with other bytes is kept beside the new one; the same archive again changes nothing")
    func namesThatStand() async throws {
        try await Workbench.with { bench in
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            try await bench.put("a.png", TestPictures.png(9), label: "flat")
            let archive = bench.directory.newIncomingFile()
            try ArchiveWriter.write([("round/a.png", .file(try TestPictures.png(1)))], kind: .tarGzip, to: archive)
            #expect(try await bench.importArchive(archive).1["created"] == 1)
            #expect(try await bench.importArchive(archive).1 == ["created": 0, "unchanged": 1, "refused": 0])
            let images = try await bench.store.images(dataset: Workbench.name("cells"), page: PageRequest()).items
            #expect(images.map { "\($0.name) \($0.label ?? "-")" } == ["a-2.png round", "a.png flat"])
        }
    }

    @Test("what is no archive, is cut short or is a bomb is refused and leaves nothing behind")
    func refusedArchives() async throws {
        try await Workbench.with { bench in
            let result = bench.root.appendingPathComponent("jobs/y/result")
            func run(_ archive: URL, _ limits: ArchiveLimits = .standard) throws -> ImportReport {
                try ArchiveImport(archive: archive, result: result, limits: limits).run()
            }
            // Text
            #expect(throws: ArchiveError.notAnArchive(detail: "neither tar, tar.gz nor zip")) { try run(bench.staged(Data("hello".utf8))) }
            // Half a tar.gz
            let whole = bench.directory.newIncomingFile()
            try ArchiveWriter.write(
                (0..<20).map { ("round/\($0).png", .file(try TestPictures.png(UInt64($0)))) }, kind: .tarGzip, to: whole)
            let bytes = try Data(contentsOf: whole)
            let cut = try bench.staged(bytes.prefix(bytes.count / 2))
            do {
                _ = try run(cut)
                Issue.record("half an archive was taken")
            } catch ArchiveError.damaged(let entries, _) { #expect((0..<20).contains(entries)) }
            // A gzip of something else
            let gzip = try bench.staged(
                Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 0xFE, 0xFF, 0x61, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0]))
            do {
                _ = try run(gzip)
                Issue.record("a gzip of the letter a was taken")
            } catch ArchiveError.notAnArchive {}
            // 4 MiB of zeros in a few kilobytes, over a floor of 1 MiB
            let bomb = bench.directory.newIncomingFile()
            try ArchiveWriter.write([("round/zeros.png", .file(Data(count: 4 << 20)))], kind: .tarGzip, to: bomb)
            var limits = ArchiveLimits()
            limits.ratioFloor = 1 << 20
            #expect(throws: ArchiveError.compressionRatio(limit: 200)) { try run(bomb, limits) }
            try ArchiveWriter.write([("round/zeros.png", .file(Data(count: 4 << 20)))], kind: .zip, to: bomb)
            #expect(throws: ArchiveError.compressionRatio(limit: 200)) { try run(bomb, limits) }
            // The bomb behind a bad path is not read at all, but passed over with the same limits
            try ArchiveWriter.write(
                [("/zeros.png", .file(Data(count: 4 << 20))), ("round/a.png", .file(try TestPictures.png(1)))], kind: .tarGzip, to: bomb)
            #expect(throws: ArchiveError.compressionRatio(limit: 200)) { try run(bomb, limits) }
            // Too many entries, too many bytes
            limits = ArchiveLimits()
            limits.entries = 19
            #expect(throws: ArchiveError.tooManyEntries(limit: 19)) { try run(whole, limits) }
            limits = ArchiveLimits()
            limits.totalBytes = 1000
            #expect(throws: ArchiveError.tooLarge(limit: 1000)) { try run(whole, limits) }
            // No picture in it
            let text = bench.directory.newIncomingFile()
            try ArchiveWriter.write([("round/readme.txt", .file(Data("hello".utf8)))], kind: .zip, to: text)
            #expect(throws: ArchiveError.self) { try run(text) }
            // Told to stop
            #expect(throws: ArchiveError.stopped) { try ArchiveImport(archive: whole, result: result).run(shouldStop: { true }) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: result.path).isEmpty)
        }
    }

    @Test("one folder around it all is ignored only where something is left to sort by")
    func wrapper() throws {
        func places(_ paths: [String]) throws -> [String] {
            let parsed = try paths.map { try ArchivePath($0) }
            let layout = ArchiveLayout(parsed)
            return parsed.map { path in
                do throws(BadEntry) {
                    let place = try layout.place(path)
                    return "\(place.label ?? "-") \(place.role.rawValue)"
                } catch { return error.code.rawValue }
            }
        }
        #expect(try places(["cells/a.png", "cells/b.png"]) == ["cells train", "cells train"])
        #expect(try places(["set/cells/a.png", "set/flat/b.png"]) == ["cells train", "flat train"])
        #expect(try places(["train/a/1.png", "train/b/2.png"]) == ["a train", "b train"])
        #expect(try places(["./set/Test/a/1.png", "set/UNLABELLED/2.png"]) == ["a test", "- train"])
        #expect(try places(["labelled/a/1.png", "other/2.png"]) == ["a train", "wrong_place"])
        #expect(try places(["test/1.png", "a/2.png"]) == ["wrong_place", "a train"])
    }

    @Test("the shared cell archive comes in whole", .enabled(if: TestSupport.shared("data/bccd_cells.tar.gz") != nil))
    func sharedArchive() async throws {
        let archive = try #require(TestSupport.shared("data/bccd_cells.tar.gz"))
        try await Workbench.with { bench in
            _ = try await bench.store.create(Workbench.name("cells"), classes: nil)
            let (report, counts) = try await bench.importArchive(archive)
            // 225 labelled, 1,437 unlabelled, 571 test pictures (its README)
            #expect(report.pictures == 2233 && counts["created"] == 2233 && report.badEntryCount == 0)
            let dataset = try await bench.store.dataset(Workbench.name("cells"))
            #expect(dataset.counts.unlabelledTrain == 1437 && dataset.counts.test == 571)
            #expect(dataset.classes == ["platelets", "rbc", "wbc"])
            #expect(dataset.counts.perClass.allSatisfy { $0.train == 75 })
        }
    }
}
