import Base
import Foundation

/// Places that tests need: the project, the shared fixtures, fresh directories.
package enum TestSupport {
    /// The folder of the project that holds `Package.swift`, as a real path (symbolic links resolved).
    package static let projectDirectory: URL = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Fixtures and pictures beside the project (`../shared`); nil where they are absent, and then a test that needs them says so and is skipped.
    package static var sharedDirectory: URL? {
        let url = projectDirectory.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue ? url : nil
    }

    /// A file or folder inside `sharedDirectory`, such as `parity/metrics.json`; nil where it is absent.
    package static func shared(_ path: String) -> URL? {
        guard let url = sharedDirectory?.appendingPathComponent(path), FileManager.default.fileExists(atPath: url.path) else { return nil }
        return url
    }

    /// The real program, beside the tests in `.build/CONFIGURATION/`.
    package static let program: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("aliquot")

    /// A new empty directory. It stays until the test process ends, which removes all of them.
    package static func temporaryDirectory() throws -> URL {
        let url = TemporaryRoot.shared.appendingPathComponent(ULID.now().description, isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    /// A new empty directory that is removed when `body` returns or throws.
    package static func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let url = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url)
    }
}

/// One directory a test process, removed when it ends.
private enum TemporaryRoot {
    static let shared: URL = {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        atexit { try? FileManager.default.removeItem(at: TemporaryRoot.shared) }
        return base.appendingPathComponent("aliquot-tests-\(ProcessInfo.processInfo.processIdentifier)", isDirectory: true)
    }()
}
