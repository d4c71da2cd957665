import Base
import Foundation
import TestSupport
import Testing

@testable import DatasetStore

@Suite("A folder is imported as an archive is")
struct FolderImportSpecs {
    @Test("pictures get the places and names that the same folder's archive gives; links to files are followed, those to folders are not")
    func folder() async throws {
        // Given a folder in the layout, with a link to a picture, one to a folder and a file that is no picture
        let folder = try TestSupport.temporaryDirectory().appendingPathComponent("set")
        for (path, seed) in [
            ("labelled/round/1.png", 1), ("labelled/flat cell/1.png", 2), ("unlabelled/3.png", 3), ("test/round/1.png", 5),
        ] {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try TestPictures.png(UInt64(seed)).write(to: file)
        }
        let outside = try TestSupport.temporaryDirectory().appendingPathComponent("outside.png")
        try TestPictures.png(7).write(to: outside)
        func link(_ path: String, to target: URL) throws {
            try FileManager.default.createSymbolicLink(at: folder.appendingPathComponent(path), withDestinationURL: target)
        }
        try link("labelled/round/linked.png", to: outside)
        try link("labelled/round/circle", to: folder)
        try link("labelled/round/nothing.png", to: folder.appendingPathComponent("gone"))
        try Data("class,path\n".utf8).write(to: folder.appendingPathComponent("truth.csv"))
        // When it is imported
        let result = try TestSupport.temporaryDirectory()
        let report = try ArchiveImport(archive: folder, result: result).run()
        // Then five pictures are taken, and the rest is named with its reason
        #expect(report.pictures == 5 && report.counts.perClass.map(\.label) == ["flat cell", "round"])
        #expect(
            Set(report.badEntries.map { "\($0.path) \($0.code.rawValue)" }) == [
                "labelled/round/circle link", "labelled/round/nothing.png link", "truth.csv not_a_picture",
            ])
        let images = try ImportedImages.read(result.appendingPathComponent(ArchiveImport.imagesName))
        #expect(Set(images.map(\.image.description)) == ["1.png", "train-round-1.png", "3.png", "test-round-1.png", "linked.png"])
        // And its digest tells a change of any file
        let before = try SourceDigest(of: folder)
        #expect(try SourceDigest(of: folder) == before && before.files == 8)
        try Data("class,path,more\n".utf8).write(to: folder.appendingPathComponent("truth.csv"))
        #expect(try SourceDigest(of: folder) != before)
    }
}
