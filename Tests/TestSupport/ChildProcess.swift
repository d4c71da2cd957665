import Base
import Foundation
import Synchronization

/// A real program that a test runs. Its output goes through files, so that no full pipe can stop it.
///
/// Foundation's `Process` is not used: on Linux its `run()` lists the open files with `readdir` and copies each `dirent` whole, which reads
/// beyond the buffer when the entry is the last one, and now and then beyond the mapped memory.
package final class ChildProcess: Sendable {
    package let identifier: Int32
    /// Exit status, or 128 + signal; nil as long as it runs.
    private let end = Mutex<Int32?>(nil)

    private init(identifier: Int32) { self.identifier = identifier }

    /// Starts `executable`.
    ///
    /// - Parameters:
    ///   - input: what it reads from standard input.
    ///   - output: a file that gets its standard output, appended.
    ///   - errors: a file that gets its errors, appended; may be the same.
    ///   - environment: added to (and overriding) the environment of the tests.
    ///   - directory: where it starts; the directory of the tests where absent.
    /// - Throws: ``SystemError`` when the program cannot be started.
    package static func start(
        _ executable: URL, _ arguments: [String] = [], input: URL = URL(fileURLWithPath: "/dev/null"), output: URL, errors: URL,
        environment: [String: String] = [:], directory: URL? = nil
    ) throws(SystemError) -> ChildProcess {
        // `posix_spawn`'s own change of directory is not visible to Swift (it needs `_GNU_SOURCE`); `env` replaces itself by the program.
        let place = directory.map { ["/usr/bin/env", "-C", $0.path] } ?? []
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let child = ChildProcess(
            identifier: try ProcessStart.spawn(
                place + [executable.path] + arguments, environment: variables, input: input.path, output: output.path, errors: errors.path))
        // A thread of its own waits, none of Swift's pool.
        Thread.detachNewThread { child.reap() }
        return child
    }

    /// Runs `executable` to its end.
    ///
    /// - Parameters:
    ///   - input: bytes for standard input.
    ///   - timeout: the child gets SIGKILL when it is over.
    /// - Throws: ``SystemError`` when the program cannot be started, or what the files of its output throw.
    package static func run(
        _ executable: URL, _ arguments: [String] = [], input: Data = Data(), environment: [String: String] = [:], directory: URL? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let place = try TestSupport.temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: place) }
        let files = ["in", "out", "err"].map { place.appendingPathComponent($0) }
        try input.write(to: files[0])
        let child = try start(
            executable, arguments, input: files[0], output: files[1], errors: files[2], environment: environment, directory: directory)
        var status = await child.wait(for: timeout)
        let timedOut = status == nil
        if timedOut {
            child.send(SIGKILL)
            status = await child.wait(for: .seconds(30))
        }
        return CommandResult(
            status: status ?? 128 + SIGKILL, output: try Data(contentsOf: files[1]), errors: try Data(contentsOf: files[2]),
            timedOut: timedOut)
    }

    package var isOver: Bool { end.withLock { $0 != nil } }

    /// Sends a signal; nothing where the child is over, so that it never reaches a stranger with the same number.
    package func send(_ signal: Int32) { end.withLock { if $0 == nil { kill(identifier, signal) } } }

    /// The exit status, or 128 + signal; nil where the child still runs after `timeout`.
    package func wait(for timeout: Duration) async -> Int32? {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            if let status = end.withLock({ $0 }) { return status }
            if clock.now >= deadline { return nil }
            try? await clock.sleep(for: .milliseconds(5))
        }
    }

    /// Waits for the end without taking the number away, then takes it away under the lock of ``send(_:)``.
    private func reap() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        end.withLock { end in
            var status: Int32 = 0
            guard waitpid(identifier, &status, 0) == identifier else {
                end = 128 + SIGKILL  // taken away by somebody else: how it ended is not known, but not well
                return
            }
            // wait(2): the low seven bits are the signal, zero for an exit; the next byte is its status.
            let signal = status & 0x7F
            end = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }
}
