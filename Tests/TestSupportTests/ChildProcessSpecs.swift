import Base
import Foundation
import TestSupport
import Testing

/// The tests' own way to run programs: what it says about them is true.
@Suite("child processes", .timeLimit(.minutes(2)))
struct ChildProcessSpecs {
    private let shell = URL(fileURLWithPath: "/bin/sh")

    @Test("input, output, errors, variables, directory and exit status pass between a test and its program")
    func passes() async throws {
        // Given a program that uses all of them
        let script = #"read line; echo "$line $WORD $(pwd)"; echo trouble >&2; exit 7"#
        // When it is run
        let result = try await ChildProcess.run(
            shell, ["-c", script], input: Data("one\n".utf8), environment: ["WORD": "two"], directory: URL(fileURLWithPath: "/usr"))
        // Then
        #expect(result.status == 7)
        #expect(result.text == "one two /usr\n")
        #expect(result.errorText == "trouble\n")
        #expect(!result.timedOut)
    }

    @Test("more output than a pipe holds does not stop the program")
    func muchOutput() async throws {
        let result = try await ChildProcess.run(shell, ["-c", "head -c 3000000 /dev/zero"])
        #expect(result.status == 0)
        #expect(result.output.count == 3_000_000)
    }

    @Test("a program that is still running when its time is up is killed, and that is told")
    func timeIsUp() async throws {
        let result = try await ChildProcess.run(shell, ["-c", "exec sleep 60"], timeout: .milliseconds(100))
        #expect(result.timedOut)
        #expect(result.status == 128 + SIGKILL)
    }

    @Test("a signal's end is told as a shell tells it, and a later signal reaches nobody")
    func signals() async throws {
        let place = try TestSupport.temporaryDirectory().appendingPathComponent("out")
        let child = try ChildProcess.start(shell, ["-c", "exec sleep 60"], output: place, errors: place)
        #expect(!child.isOver)
        child.send(SIGTERM)
        #expect(await child.wait(for: .seconds(10)) == 128 + SIGTERM)
        child.send(SIGKILL)
        #expect(child.isOver)
    }

    @Test("a missing program is an error of the start")
    func missing() async throws {
        await #expect(throws: SystemError.self) { try await ChildProcess.run(URL(fileURLWithPath: "/nowhere/program")) }
    }

    @Test("open files of the tests are closed in the program")
    func closed() async throws {
        // Given a file without the flag that closes it on exec
        let file = try TestSupport.temporaryDirectory().appendingPathComponent("held")
        let descriptor = open(file.path, O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        try #require(descriptor > 2)
        // Then a child does not have it
        let result = try await ChildProcess.run(shell, ["-c", "ls -l /proc/self/fd"])
        #expect(result.status == 0)
        #expect(!result.text.contains("held"))
    }

    @Test("many at once all end with their own status and output")
    func many() async throws {
        try await withThrowingTaskGroup(of: (Int, CommandResult).self) { group in
            for number in 0..<60 {
                group.addTask { (number, try await ChildProcess.run(shell, ["-c", "echo \(number); exit \(number)"])) }
            }
            for try await (number, result) in group {
                #expect(result.status == Int32(number))
                #expect(result.text == "\(number)\n")
            }
        }
    }
}
