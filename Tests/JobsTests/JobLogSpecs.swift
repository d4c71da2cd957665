import Base
import Foundation
import TestSupport
import Testing

@testable import Jobs

@Suite("A job's log")
struct JobLogSpecs {
    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test("stays as it is up to its limit, and is cut to its beginning and its end above it, with a line that says how much is missing")
    func cuts() async throws {
        try await TestSupport.withTemporaryDirectory { folder in
            // Given a log of 1000 numbered lines of 16 bytes, and a writer that holds it open and appends
            let file = folder.appendingPathComponent("log.txt")
            let lines = (0..<1000).map { String(format: "line number %03d\n", $0) }
            try Data(lines.joined().utf8).write(to: file)
            let writer = try FileHandle(forWritingTo: file)
            _ = fcntl(writer.fileDescriptor, F_SETFL, O_APPEND)
            let log = JobLog(file, limit: 8000)
            #expect(try !JobLog(file, limit: 16_000).bound())
            #expect(try text(file).utf8.count == 16_000)
            // When it is bounded at 8000 bytes
            #expect(try log.bound())
            // Then an eighth of that is the beginning (62 lines), three eighths the end (187 lines), and the rest is counted
            let kept = lines[..<62] + ["[aliquot: \(751 * 16) bytes were cut out of this log here]\n"] + lines[813...]
            #expect(try text(file) == kept.joined())
            // And what the writer adds comes after it
            try writer.write(contentsOf: Data("after\n".utf8))
            #expect(try text(file) == kept.joined() + "after\n")
            #expect(try !log.bound())
            // When it grows too long again, then there is still one line, which counts both cuts
            try writer.write(contentsOf: Data(lines.joined().utf8))
            #expect(try log.bound())
            let again = try text(file)
            #expect(again.hasPrefix(lines[..<62].joined() + "[aliquot: ") && again.hasSuffix("line number 999\n"))
            #expect(again.components(separatedBy: "[aliquot: ").count == 2)
            let missing = try #require(again.firstMatch(of: /\[aliquot: (\d+) bytes/).flatMap { Int($0.output.1) })
            // All that was ever written: two thousand lines and `after`; what is there, without the line of the cut
            let shown = again.split(separator: "\n").filter { !$0.hasPrefix("[aliquot") }.reduce(0) { $0 + $1.utf8.count + 1 }
            #expect(missing + shown == 2 * 16_000 + 6)
        }
    }

    @Test("of one endless line is cut too, and one that is not there is short enough")
    func oddities() async throws {
        try await TestSupport.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("log.txt")
            #expect(try !JobLog(file).bound())
            try Data(repeating: 0x61, count: 100_000).write(to: file)
            #expect(try JobLog(file, limit: 8000).bound())
            #expect(try text(file).utf8.count < 4200)
        }
    }

    @Test("does not fill the disk, however much its worker prints")
    func endless() async throws {
        // Given a bound of 64 KiB, and a worker that prints 4 MB and then finishes
        var settings = Workshop.quick
        settings.logBytes = 64 << 10
        let shop = try Workshop(
            #"echo begun; i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero | tr '\0' 'x' | fold -w 100; i=$((i+1)); sleep 0.02; done; echo ended; finish"#,
            settings: settings)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await shop.queue.wait(id, seconds: 30).state == .succeeded)
        // Then beginning and end are there, and not much between
        let log = shop.text(id, "log.txt")
        #expect(log.utf8.count <= 64 << 10, "\(log.utf8.count)")
        #expect(log.hasPrefix("begun\n") && log.hasSuffix("ended\n") && log.contains("[aliquot: "))
        await shop.queue.shutdown(grace: .seconds(1))
    }
}
