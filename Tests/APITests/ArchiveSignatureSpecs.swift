import Foundation
import TestSupport
import Testing

@testable import API

@Suite("telling archives by their first bytes")
struct ArchiveSignatureSpecs {
    @Test("what tar, gzip and zip write is known", arguments: [("tar", ArchiveSignature.tar), ("tar.gz", .gzip)])
    func knowsRealArchives(name: String, kind: ArchiveSignature) async throws {
        // Given an archive made by the system's tar (GNU format)
        let folder = try TestSupport.temporaryDirectory()
        try Data("x".utf8).write(to: folder.appendingPathComponent("file"))
        let archive = folder.appendingPathComponent("archive.\(name)")
        let made = try await ChildProcess.run(
            URL(fileURLWithPath: "/bin/tar"), ["-C", folder.path, kind == .gzip ? "-czf" : "-cf", archive.path, "file"])
        #expect(made.status == 0)
        // Then its head tells
        #expect(ArchiveSignature.of(Array(try Data(contentsOf: archive).prefix(ArchiveSignature.length))) == kind)
    }

    @Test("an empty zip and a zip with entries are known")
    func knowsZip() {
        #expect(ArchiveSignature.of([0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18)) == .zip)
        #expect(ArchiveSignature.of([0x50, 0x4B, 0x03, 0x04, 20, 0]) == .zip)
    }

    @Test("text, zeros, nothing and a tar header with a wrong sum are none")
    func refusesOthers() {
        #expect(ArchiveSignature.of([]) == nil)
        #expect(ArchiveSignature.of([UInt8](repeating: 0, count: 512)) == nil)
        #expect(ArchiveSignature.of(Array("PK nonsense".utf8)) == nil)
        var header = [UInt8](repeating: 65, count: 512)
        header.replaceSubrange(148..<156, with: Array("0000001\0".utf8))
        #expect(ArchiveSignature.of(header) == nil)
    }
}
