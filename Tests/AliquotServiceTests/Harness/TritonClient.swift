import Foundation
import TestSupport

/// A Python environment with NVIDIA's client, made once below the project and kept.
enum TritonClient {
    static let script = TestSupport.projectDirectory.appendingPathComponent("Tests/References/tritonclient_check.py")

    private static let folder = TestSupport.projectDirectory.appendingPathComponent(".build-python/tritonclient", isDirectory: true)
    private static var python: URL { folder.appendingPathComponent("bin/python3") }

    /// The interpreter; nil, after saying why, where the client cannot be had here.
    static func interpreter() async throws -> URL? {
        if try await works() { return python }
        let system = URL(fileURLWithPath: "/usr/bin/python3")
        guard FileManager.default.isExecutableFile(atPath: system.path) else {
            print("skipped: there is no /usr/bin/python3")
            return nil
        }
        let made = try await ChildProcess.run(system, ["-m", "venv", folder.path], timeout: .seconds(60))
        guard made.status == 0 else {
            print("skipped: python3 -m venv fails: \(made.errorText.suffix(300))")
            return nil
        }
        let wanted = ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", "tritonclient[http]", "pillow"]
        let installed = try await ChildProcess.run(python, wanted, timeout: .seconds(180))
        guard installed.status == 0, try await works() else {
            print("skipped: tritonclient[http] cannot be installed here: \(installed.errorText.suffix(300))")
            return nil
        }
        return python
    }

    private static func works() async throws -> Bool {
        guard FileManager.default.isExecutableFile(atPath: python.path) else { return false }
        return try await ChildProcess.run(python, ["-c", "import tritonclient.http, PIL"], timeout: .seconds(60)).status == 0
    }
}
