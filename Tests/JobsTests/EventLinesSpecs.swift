import Base
import Foundation
import TestSupport
import Testing

@testable import Jobs

@Suite("The lines of an event file")
struct EventLinesSpecs {
    static let log = #"{"time":"2026-01-31T12:00:00.000Z","kind":"log","message":"hello"}"#

    @Test("become events with the position after them, however the bytes are cut")
    func anyPieces() {
        // Given two events with rubbish between them
        let text = Array((Self.log + "\nrubbish\n" + Self.log + "\n").utf8)
        for size in [1, 7, 64, 1000] {
            // When they are fed in pieces of any size
            var lines = EventLines()
            var events: [JobEvent] = []
            for start in stride(from: 0, to: text.count, by: size) { events += lines.feed(text[start..<min(text.count, start + size)]) }
            // Then the same comes out
            #expect(events.map(\.position) == [Self.log.utf8.count + 1, text.count])
            #expect(events.map(\.message) == ["hello", "hello"])
            #expect(lines.badLines == 1 && lines.position == text.count)
        }
    }

    @Test("that end in the middle wait for their rest")
    func torn() {
        var lines = EventLines()
        #expect(lines.feed(Array(Self.log.utf8.prefix(20))).isEmpty)
        #expect(lines.position == 0 && lines.readOffset == 20 && lines.badLines == 0)
        #expect(lines.feed(Array(Self.log.utf8.dropFirst(20)) + [0x0A]).count == 1)
    }

    @Test(
        "that are hostile are counted and left out",
        arguments: [
            "null", "[]", "{}", "7", "\u{0}\u{0}", #"{"kind":"log","message":"no time"}"#,
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"party"}"#,
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"progress"}"#,
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"state","state":"winning"}"#,
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"metric","metrics":{"loss":"low"}}"#,
            #"{"time":"yesterday","kind":"log","message":"x"}"#,
            String(repeating: "[", count: 60_000),
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"log","message":"\#(String(repeating: "x", count: 70_000))"}"#,
        ])
    func hostile(line: String) {
        var lines = EventLines()
        let events = lines.feed(Array((line + "\n" + Self.log + "\n").utf8))
        #expect(events.map(\.message) == ["hello"])
        #expect(lines.badLines == 1)
    }

    @Test("that never end are not held in memory")
    func endless() {
        var lines = EventLines()
        for _ in 0..<100 { #expect(lines.feed([UInt8](repeating: 0x78, count: 10_000)).isEmpty) }
        #expect(lines.readOffset == 1_000_000 && lines.position == 1_000_000 && lines.badLines == 1)
        // And the next whole line is read again
        #expect(lines.feed(Array(("\n" + Self.log + "\n").utf8)).count == 1)
    }

    @Test("are cut to their bounds")
    func bounds() throws {
        var lines = EventLines()
        let line =
            #"{"time":"2026-01-31T12:00:00.000Z","kind":"progress","progress":{"fraction":7,"phase":"\#(String(repeating: "p", count: 500))","epoch":-3,"eta_s":-1}}"#
        let progress = try #require(lines.feed(Array((line + "\n").utf8)).first?.progress)
        #expect(progress == JobProgress(fraction: 1, phase: String(repeating: "p", count: 100), epoch: 0, etaSeconds: nil))
    }

    @Test("continue from any position: inside a line with the next one, beyond the end with what comes")
    func anyPosition() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("events.jsonl")
            let line = Self.log + "\n"
            try Data((line + line + line).utf8).write(to: file)
            let length = line.utf8.count
            for (position, expected) in [
                (0, 3), (-5, 3), (1, 2), (length - 1, 2), (length, 2), (length + 1, 1), (3 * length, 0), (Int.max, 0),
            ] {
                var tail = try EventTail(file, from: position)
                #expect(try tail.read().count == expected, "from \(position)")
                #expect(tail.lines.badLines == 0)
            }
        }
    }

    @Test("written by a journal after a torn one spoil nothing")
    func repair() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            // Given a file that a power cut has torn
            let file = JobFiles(directory).events
            try Data((Self.log + "\n" + Self.log.prefix(30)).utf8).write(to: file)
            // When the next worker goes on
            let journal = try WorkerJournal(jobDirectory: directory)
            try journal.progress(JobProgress(fraction: 0.5, phase: "student", epoch: 1, epochs: 2))
            try journal.metric(["loss": 0.25, "bad": .nan], epoch: 1, phase: "student")
            try journal.alarm("collapse", "One class takes all.")
            // Then only the torn line is lost
            var tail = try EventTail(file)
            let events = try tail.read()
            #expect(events.map(\.kind) == [.log, .progress, .metric, .alarm])
            #expect(events[2].metrics == ["loss": 0.25])
            #expect(tail.lines.badLines == 1)
        }
    }
}
