import Base
import Foundation
import Jobs
import TestSupport
import Testing

@Suite("The worker's side")
struct WorkerSideSpecs {
    @Test("says last that the result is complete, and why it gave up")
    func endings() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            let files = JobFiles(directory)
            let journal = try WorkerJournal(jobDirectory: directory)
            // Given no result directory, finishing is an error rather than a lie
            #expect(throws: (any Error).self) { try journal.finish() }
            #expect(!FileManager.default.fileExists(atPath: files.done.path))
            // When there is one
            try FileManager.default.createDirectory(at: files.result.appendingPathComponent("model"), withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: files.result.appendingPathComponent("model/manifest.json"))
            try journal.finish()
            #expect(FileManager.default.fileExists(atPath: files.done.path))
            // And a reason is written for the service to read
            let failure = JobFailure(code: "no_usable_picture", title: "No usable picture", detail: "All are broken.")
            try journal.fail(failure)
            #expect(try JSONDecoder().decode(JobFailure.self, from: Data(contentsOf: files.failure)) == failure)
        }
    }

    @Test("appends whole lines from several threads")
    func threads() async throws {
        try await TestSupport.withTemporaryDirectory { directory in
            let journal = try WorkerJournal(jobDirectory: directory)
            DispatchQueue.concurrentPerform(iterations: 200) { index in
                try? journal.log(String(repeating: "x", count: index * 10))
            }
            let lines = try String(contentsOf: JobFiles(directory).events, encoding: .utf8).split(separator: "\n")
            let lengths = try lines.map { try JSONDecoder().decode(JobEvent.self, from: Data($0.utf8)).message?.count ?? -1 }
            #expect(lengths.sorted() == (0..<200).map { $0 * 10 })
        }
    }

    @Test("hears SIGTERM and lives on")
    func stopSignal() async throws {
        StopSignal.install()
        #expect(!StopSignal.isRaised)
        kill(getpid(), SIGTERM)
        #expect(try await Workshop.eventually { StopSignal.isRaised })
    }
}
