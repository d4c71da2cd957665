import Foundation
import TestSupport
import Testing

@testable import API

@Suite("the dashboard's files")
struct StaticSiteSpecs {
    private func site(_ change: (URL) throws -> Void = { _ in }) throws -> StaticSite {
        let outer = try TestSupport.temporaryDirectory()
        try Data("secret".utf8).write(to: outer.appendingPathComponent("secret.txt"))
        let folder = outer.appendingPathComponent("Public")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("js"), withIntermediateDirectories: true)
        try Data("<!doctype html>".utf8).write(to: folder.appendingPathComponent("index.html"))
        try Data("export {};".utf8).write(to: folder.appendingPathComponent("js/main.js"))
        try Data("hidden".utf8).write(to: folder.appendingPathComponent(".env"))
        try change(folder)
        return try StaticSite(folder: folder)
    }

    @Test("files come by their path below the folder, with the type of their extension")
    func findsFiles() throws {
        let site = try site()
        #expect(site.file([])?.mediaType == "text/html; charset=utf-8")
        #expect(site.file(["index.html"])?.bytes == Array("<!doctype html>".utf8))
        #expect(site.file(["js", "main.js"])?.mediaType == "text/javascript; charset=utf-8")
        #expect(site.file(["js"]) == nil)
    }

    @Test(
        "no spelling leads out of the folder",
        arguments: [
            ["..", "secret.txt"], ["js", "..", "..", "secret.txt"], ["../secret.txt"], ["js", "../../secret.txt"],
            ["%2e%2e", "secret.txt"], [".env"],
            ["/etc/passwd"], ["", "etc", "passwd"], ["link.txt"], ["folder", "secret.txt"],
        ])
    func staysInside(segments: [String]) throws {
        // Given a site that also holds a link to a file and to a folder outside
        let site = try site { folder in
            let outer = folder.deletingLastPathComponent()
            try FileManager.default.createSymbolicLink(
                at: folder.appendingPathComponent("link.txt"), withDestinationURL: outer.appendingPathComponent("secret.txt"))
            try FileManager.default.createSymbolicLink(at: folder.appendingPathComponent("folder"), withDestinationURL: outer)
        }
        #expect(site.file(segments) == nil)
    }

    @Test("a folder without index.html is refused")
    func needsAnIndex() throws {
        let folder = try TestSupport.temporaryDirectory()
        #expect(throws: StaticSiteError.self) { try StaticSite(folder: folder) }
    }
}
