import DatasetStore
import Foundation
import TestSupport
import Testing

@Suite("A folder as an archive")
struct FolderArchiveSpecs {
    @Test("has its regular files under their paths with their bytes; links and hidden files are left out")
    func writes() throws {
        // Given a folder with a class in another alphabet, a link and a hidden file
        let folder = try TestSupport.temporaryDirectory()
        let place = folder.appendingPathComponent("labelled/κύτταρο")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data("first".utf8).write(to: place.appendingPathComponent("a.jpg"))
        try Data().write(to: place.appendingPathComponent("b.jpg"))
        try Data("x".utf8).write(to: folder.appendingPathComponent(".hidden"))
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("link.jpg"), withDestinationURL: URL(fileURLWithPath: "/etc/passwd"))
        // When it is packed and read again
        let file = try TestSupport.temporaryDirectory().appendingPathComponent("folder.tar")
        try FolderArchive.write(folder, to: file)
        let reader = try ArchiveReader(file)
        var found: [String: String] = [:]
        while let entry = try reader.next() {
            found[entry.path] = String(decoding: try reader.content(of: entry, limit: 100), as: UTF8.self)
        }
        // Then it holds the two files
        #expect(found == ["labelled/κύτταρο/a.jpg": "first", "labelled/κύτταρο/b.jpg": ""])
    }
}
