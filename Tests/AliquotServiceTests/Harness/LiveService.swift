import AliquotService
import Foundation
import Logging
import TestSupport

/// A service with real stores, a real queue and a real socket, spoken to through curl. Only its workers are scripts, where a test needs workers.
struct LiveService: Sendable {
    let data: URL
    let service: AliquotService
    /// `http://127.0.0.1:PORT`
    let address: String

    enum Failure: Error { case noAnswer(String) }

    static func start(data: URL? = nil, _ change: (inout ServiceSettings) -> Void = { _ in }) async throws -> LiveService {
        let data = try data ?? TestSupport.temporaryDirectory().appendingPathComponent("data")
        var settings = ServiceSettings(data: data)
        settings.port = 0
        settings.publicFolder = try site()
        settings.workerProgram = URL(fileURLWithPath: "/bin/false")
        settings.workerArguments = []
        change(&settings)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try AliquotService(settings, logger: logger)
        let address = try await service.start()
        return LiveService(data: data, service: service, address: "http://\(address)")
    }

    /// Runs `body` with a fresh service and stops it, whatever happens.
    static func with<Result>(_ change: (inout ServiceSettings) -> Void = { _ in }, _ body: (LiveService) async throws -> Result)
        async throws -> Result
    {
        let live = try await start(change)
        do {
            let result = try await body(live)
            await live.service.stop()
            return result
        } catch {
            await live.service.stop()
            throw error
        }
    }

    /// One call of curl: `call("/v1/jobs", "-X", "POST", "-d", "{}")`.
    func call(_ path: String, _ arguments: String...) async throws -> Answer { try await call(path, arguments: arguments) }

    func call(_ path: String, arguments: [String]) async throws -> Answer {
        try await Curl.call(address + path, arguments, seconds: 30)
    }

    func post(_ path: String, _ json: String, _ more: String...) async throws -> Answer {
        try await call(path, arguments: ["-X", "POST", "-H", "Content-Type: application/json", "--data-binary", json] + more)
    }

    /// PUT of bytes as the body.
    func put(_ path: String, _ bytes: Data, _ more: String...) async throws -> Answer {
        try await TestSupport.withTemporaryDirectory { place in
            let file = place.appendingPathComponent("body")
            try bytes.write(to: file)
            return try await call(path, arguments: ["-T", file.path] + more)
        }
    }

    /// Files below the data directory that are not the databases', nor the cache.
    func files() throws -> Set<String> {
        let root = data.resolvingSymlinksInPath()
        var names: Set<String> = []
        for case let file as String in FileManager.default.enumerator(atPath: root.path) ?? FileManager.DirectoryEnumerator() {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root.appendingPathComponent(file).path, isDirectory: &isFolder)
            if !isFolder.boolValue, !file.contains(".sqlite"), !file.hasPrefix("cache/") { names.insert(file) }
        }
        return names
    }

    private static func site() throws -> URL {
        let folder = try TestSupport.temporaryDirectory().appendingPathComponent("Public")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("js"), withIntermediateDirectories: true)
        try Data("<!doctype html><title>Aliquot</title>".utf8).write(to: folder.appendingPathComponent("index.html"))
        try Data("export {};".utf8).write(to: folder.appendingPathComponent("js/main.js"))
        return folder
    }
}
