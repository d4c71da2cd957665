import Foundation
import TestSupport

/// This very program once more, with some of its specs in another environment.
enum SpecsInChild {
    /// - Parameter filter: which specs, as `swift test --filter` takes it.
    /// - Returns: its exit status, how many tests it ran, and the end of what it printed.
    static func run(filter: String, environment: [String: String]) async throws -> (status: Int32, tests: Int, text: String) {
        let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/cmdline"))
        var arguments = line.split(separator: 0).dropFirst().map { String(decoding: $0, as: UTF8.self) }
        for option in ["--filter", "--skip", "--xunit-output", "--event-stream-output-path", "--configuration-path"] {
            while let place = arguments.firstIndex(of: option) { arguments.removeSubrange(place...min(place + 1, arguments.count - 1)) }
        }
        let program = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let result = try await ChildProcess.run(
            program, arguments + ["--filter", filter], environment: environment, timeout: .seconds(900))
        let text = String(decoding: result.output.suffix(20_000) + result.errors.suffix(20_000), as: UTF8.self)
        // "✔ Test run with 18 tests in 5 suites passed after 4.1 seconds."
        let tests = text.split(separator: "Test run with ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        return (result.status, tests, text)
    }

    /// The lines of `text` that tell of failures.
    static func failures(in text: String) -> String {
        text.split(separator: "\n").filter { $0.contains("✘") || $0.contains("recorded an issue") }.prefix(30).joined(separator: "\n")
    }
}
