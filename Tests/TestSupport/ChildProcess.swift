import Foundation
import Synchronization

/// What a finished child process left behind.
package struct CommandResult: Sendable {
    /// Exit status, or 128 + signal where a signal ended it (as a shell says it).
    package let status: Int32
    package let output: Data
    package let errors: Data
    /// Whether it was killed because its time was up.
    package let timedOut: Bool

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
}

/// Runs real programs in tests. Output goes through files, so that no full pipe can stop the child.
package enum ChildProcess {
    /// Runs `executable` to its end.
    ///
    /// - Parameters:
    ///   - input: bytes for standard input; none means `/dev/null`.
    ///   - environment: added to (and overriding) the environment of the tests.
    ///   - timeout: the child gets SIGKILL when it is over.
    /// - Throws: what `Process.run()` throws when the program cannot be started.
    package static func run(
        _ executable: URL, _ arguments: [String] = [], input: Data? = nil, environment: [String: String] = [:], directory: URL? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let place = try TestSupport.temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: place) }
        let files = ["in", "out", "err"].map { place.appendingPathComponent($0) }
        try (input ?? Data()).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }

        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        if let directory { process.currentDirectoryURL = directory }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])

        let ended = ProcessEnd()
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let timedOut = await !ended.wait(for: timeout)
        if timedOut {
            kill(process.processIdentifier, SIGKILL)
            _ = await ended.wait(for: .seconds(30))
        }
        return CommandResult(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: try Data(contentsOf: files[1]), errors: try Data(contentsOf: files[2]), timedOut: timedOut)
    }
}

/// The end of a child process, awaited without holding a thread of Swift's pool.
package final class ProcessEnd: Sendable {
    private let over = Mutex(false)

    package init() {}
    package func signal() { over.withLock { $0 = true } }
    package var isOver: Bool { over.withLock { $0 } }

    /// Whether the end came within `timeout`.
    package func wait(for timeout: Duration) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while !isOver {
            if clock.now >= deadline { return false }
            try? await clock.sleep(for: .milliseconds(5))
        }
        return true
    }
}
