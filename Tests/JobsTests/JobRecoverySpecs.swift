import Base
import Foundation
import GRDB
import Jobs
import Synchronization
import TestSupport
import Testing

@Suite("A queue that starts again")
struct JobRecoverySpecs {
    /// A workshop whose service "died": its queue hears nothing any more, its worker lives on.
    private static func dead(_ script: String, until ready: (Workshop, ULID) async throws -> Bool) async throws -> (Workshop, ULID) {
        let severed = Mutex<SeveredExecutor?>(nil)
        let shop = try Workshop(
            script,
            executor: { local in
                let executor = SeveredExecutor(local)
                severed.withLock { $0 = executor }
                return executor
            })
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await ready(shop, id) })
        severed.withLock { $0 }?.sever()
        return (shop, id)
    }

    @Test("stops a worker that outlived the service and takes its job up again; the job succeeds")
    func survivor() async throws {
        // Given a service that died in the middle of a job while the worker lives
        let script = #"trap 'echo kept > "$dir/kept"; exit 75' TERM; if [ -e "$dir/kept" ]; then finish; fi; progress 0.5; forever"#
        let (old, id) = try await Self.dead(script) { shop, id in try await shop.queue.get(id).progress?.fraction == 0.5 }
        let pid = try await old.workerPID(id)
        #expect(kill(pid, 0) == 0)
        // When another service starts
        let new = try Workshop(script, directory: old.directory)
        try await new.queue.start()
        // Then the worker kept its checkpoint, and the next attempt ends the job
        let job = try await new.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.attempt == 2 && new.tries(id) == 2)
        #expect(kill(pid, 0) == -1)
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("finds such a worker also if the service died before it could note its number")
    func unnotedSurvivor() async throws {
        let script = #"trap 'echo kept > "$dir/kept"; exit 75' TERM; if [ -e "$dir/kept" ]; then finish; fi; progress 0.5; forever"#
        let (old, id) = try await Self.dead(script) { shop, id in try await shop.queue.get(id).progress?.fraction == 0.5 }
        let pid = try await old.workerPID(id)
        try FileManager.default.removeItem(at: old.file(id, "worker.json"))
        let new = try Workshop(script, directory: old.directory)
        try await new.queue.start()
        #expect(try await new.queue.wait(id, seconds: 20).state == .succeeded)
        #expect(kill(pid, 0) == -1)
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("takes a job up again whose worker died with the service")
    func bothDied() async throws {
        let script = #"if [ "$try" = 1 ]; then progress 0.5; forever; fi; finish"#
        let (old, id) = try await Self.dead(script) { shop, id in try await shop.queue.get(id).progress?.fraction == 0.5 }
        let pid = try await old.workerPID(id)
        kill(pid, SIGKILL)
        #expect(try await Workshop.eventually { kill(pid, 0) == -1 })
        let new = try Workshop(script, directory: old.directory)
        try await new.queue.start()
        let job = try await new.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.attempt == 2 && job.progress?.fraction == 1)
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("stores the result of a worker that finished while no service was there, without another run")
    func finishedAlone() async throws {
        let script = #"while [ ! -e "$dir/go" ]; do sleep 0.02; done; finish"#
        let (old, id) = try await Self.dead(script) { shop, id in shop.tries(id) == 1 }
        let pid = try await old.workerPID(id)
        try Data().write(to: old.file(id, "go"))
        #expect(try await Workshop.eventually { kill(pid, 0) == -1 })
        #expect(try await old.queue.get(id).state == .running)
        let new = try Workshop(script, directory: old.directory)
        try await new.queue.start()
        let job = try await new.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.attempt == 1 && new.tries(id) == 1 && new.stored.all == [id])
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("ends a job cancelled whose cancellation was accepted before the service died")
    func cancelledBefore() async throws {
        let script = #"trap '' TERM; progress 0.5; forever"#
        let (old, id) = try await Self.dead(script) { shop, id in try await shop.queue.get(id).progress?.fraction == 0.5 }
        _ = try await old.queue.cancel(id)
        let pid = try await old.workerPID(id)
        kill(pid, SIGKILL)
        #expect(try await Workshop.eventually { kill(pid, 0) == -1 })
        let new = try Workshop(script, directory: old.directory)
        try await new.queue.start()
        let job = try await new.queue.wait(id, seconds: 20)
        #expect(job.state == .cancelled && new.tries(id) == 1)
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("goes on with jobs that an orderly stop put back, and counts no crash")
    func orderlyStop() async throws {
        let script = #"trap 'exit 75' TERM; if [ "$try" -ge 6 ]; then finish; fi; forever"#
        // Given a job whose service is stopped five times, more often than a job may crash
        var shop = try Workshop(script)
        let id = try await shop.queue.submit(try Workshop.specification()).id
        for round in 1...5 {
            try await shop.queue.start()
            #expect(try await Workshop.eventually { shop.tries(id) == round })
            await shop.queue.shutdown(grace: .seconds(5))
            await #expect(throws: (any Error).self) { try await shop.queue.submit(try Workshop.specification()) }
            shop = try Workshop(script, directory: shop.directory)
            #expect(try await shop.queue.get(id).state == .queued)
        }
        // When it is started once more, then the job succeeds
        try await shop.queue.start()
        #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("announces states that were decided but not yet written, and removes directories without a job")
    func repair() async throws {
        // Given a queue that died between its database and the event file, and between making a directory and its row
        let old = try Workshop("finish")
        let id = try await old.queue.submit(try Workshop.specification()).id
        await old.queue.shutdown(grace: .seconds(1))
        try FileManager.default.removeItem(at: old.file(id, "events.jsonl"))
        let database = try DatabaseQueue(path: old.directory.appendingPathComponent("jobs.sqlite").path)
        try await database.write { try $0.execute(sql: #"UPDATE job SET unannounced = '["queued"]'"#) }
        try database.close()
        let stray = ULID.now()
        try FileManager.default.createDirectory(at: old.file(stray, "input"), withIntermediateDirectories: true)
        // When the next one starts
        let new = try Workshop("finish", directory: old.directory)
        try await new.queue.start()
        #expect(try await new.queue.wait(id, seconds: 20).state == .succeeded)
        // Then the events are complete and the stray directory is gone
        var states: [JobState?] = []
        for await event in try await new.queue.events(id) where event.kind == .state { states.append(event.state) }
        #expect(states == [.queued, .running, .succeeded])
        #expect(!FileManager.default.fileExists(atPath: old.file(stray, "").path))
        await new.queue.shutdown(grace: .seconds(1))
    }
}
