import Base
import Foundation
import Jobs
import Synchronization
import TestSupport

/// A data directory with a queue whose workers are shell scripts: real child processes, a real database.
final class Workshop: Sendable {
    let directory: URL
    let queue: JobQueue
    /// The jobs whose result was handed to the stores, in order.
    let stored = StoredResults()

    /// What every script begins with. `$dir` is the job's directory, `$try` how often a worker began (counted in the file `tries`).
    static let prelude = """
        dir=$1
        echo x >> "$dir/tries"
        try=$(wc -l < "$dir/tries")
        event() { printf '%s\\n' "$1" >> "$dir/events.jsonl"; }
        progress() { event '{"time":"2026-01-31T12:00:00.000Z","kind":"progress","progress":{"fraction":'$1',"phase":"student"}}'; }
        finish() { mkdir -p "$dir/result"; echo '{}' > "$dir/result/report.json"; echo '{}' > "$dir/result/done.json"; exit 0; }
        forever() { while :; do sleep 0.02; done; }

        """

    init(
        _ script: String, directory: URL? = nil, slots: Int = 1, environment: [String: String] = [:],
        settings: JobQueueSettings = Workshop.quick,
        executor: (@Sendable (LocalExecutor) -> any JobExecutor)? = nil, failingFirst failures: Int = 0
    ) throws {
        let directory = try directory ?? TestSupport.temporaryDirectory()
        self.directory = directory
        let program = directory.appendingPathComponent("worker-\(ULID.now()).sh")
        try Data((Self.prelude + script + "\n").utf8).write(to: program)
        let local = LocalExecutor(
            program: URL(fileURLWithPath: "/bin/sh"), arguments: [program.path], slots: slots, threadsPerSlot: 2, environment: environment)
        let stored = stored
        queue = try JobQueue(directory: directory, executor: executor?(local) ?? local, settings: settings) { job, result in
            guard stored.note(job.id) > failures else { throw SystemError(call: "write", code: ENOSPC, subject: result.path) }
            return JobResult(model: ResourceName("cells"), version: 1)
        }
    }

    static var quick: JobQueueSettings {
        var settings = JobQueueSettings()
        settings.tailInterval = .milliseconds(20)
        settings.stopGrace = .seconds(5)
        return settings
    }

    static func specification(priority: Int = 0, threads: Int? = nil, timeLimitSeconds: Int? = nil, dataset: String = "cells") throws
        -> JobSpecification
    {
        guard let dataset = ResourceName(dataset) else { throw SystemError(call: "name", code: EINVAL, subject: dataset) }
        return .train(
            TrainSpecification(
                dataset: dataset, network: "mobilenet_v2", threads: threads, priority: priority, timeLimitSeconds: timeLimitSeconds))
    }

    func file(_ id: ULID, _ name: String) -> URL { directory.appendingPathComponent("jobs/\(id)/\(name)") }
    func text(_ id: ULID, _ name: String) -> String { (try? String(contentsOf: file(id, name), encoding: .utf8)) ?? "" }
    func tries(_ id: ULID) -> Int { text(id, "tries").split(separator: "\n").count }

    /// Waits until `condition` holds; false if it does not within ten seconds.
    static func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while clock.now < deadline {
            if try await condition() { return true }
            try await clock.sleep(for: .milliseconds(10))
        }
        return try await condition()
    }

    /// The worker's process number, once it runs and has begun its script.
    func workerPID(_ id: ULID) async throws -> Int32 {
        struct Note: Decodable { let pid: Int32 }
        struct NoWorker: Error {}
        guard try await Self.eventually({ self.tries(id) > 0 && FileManager.default.fileExists(atPath: self.file(id, "worker.json").path) })
        else {
            throw NoWorker()
        }
        return try JSONDecoder().decode(Note.self, from: Data(contentsOf: file(id, "worker.json"))).pid
    }
}

/// The jobs whose result was stored.
final class StoredResults: Sendable {
    private let jobs = Mutex<[ULID]>([])
    var all: [ULID] { jobs.withLock { $0 } }

    /// Returns how often any result was offered so far, this time included.
    func note(_ job: ULID) -> Int {
        jobs.withLock { jobs in
            jobs.append(job)
            return jobs.count
        }
    }
}
