import Base
import Foundation
import Jobs
import TestSupport
import Testing

@Suite("The job queue")
struct JobQueueSpecs {
    @Test("runs a job in a child process, stores its result once, and tells every step")
    func success() async throws {
        // Given a worker that reports and finishes
        let shop = try Workshop(
            #"progress 0.5; event '{"time":"2026-01-31T12:00:00.000Z","kind":"metric","metrics":{"loss":0.5},"epoch":1}'; finish"#)
        try await shop.queue.start()
        // When a job is submitted
        let submitted = try await shop.queue.submit(try Workshop.specification())
        #expect(submitted.type == .train && submitted.attempt == 1)
        let job = try await shop.queue.wait(submitted.id, seconds: 20)
        // Then it has succeeded, with result, progress and measures
        #expect(job.state == .succeeded && job.error == nil && job.queuePosition == nil)
        #expect(job.result == JobResult(model: ResourceName("cells"), version: 1, report: "/v1/jobs/\(job.id)/report"))
        #expect(job.progress?.fraction == 1 && job.metrics == ["loss": 0.5])
        #expect(job.startedAt != nil && job.finishedAt != nil && job.badEventLines == 0)
        #expect(shop.stored.all == [job.id])
        // And its events stand in order and end
        var events: [JobEvent] = []
        for await event in try await shop.queue.events(job.id) { events.append(event) }
        #expect(events.map(\.kind) == [.state, .state, .progress, .metric, .state, .end])
        #expect(events.compactMap(\.state) == [.queued, .running, .succeeded, .succeeded])
        #expect(try await shop.queue.metrics(job.id).map(\.metrics) == [["loss": 0.5]])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("gives the worker its specification and attachments, its threads, and nothing else of the service")
    func launch() async throws {
        // Given a service with an open file and a variable of its own, and a frozen revision
        setenv("SERVICE_SECRET", "x", 1)
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let shop = try Workshop(
            #"env > "$dir/env"; ls /proc/self/fd > "$dir/fds"; echo "$2 $3" > "$dir/arguments"; echo spoken; finish"#,
            environment: ["GIVEN": "1"])
        let revision = shop.directory.appendingPathComponent("staged")
        try Data("{}\n".utf8).write(to: revision)
        try await shop.queue.start()
        // When a job with three threads runs
        let job = try await shop.queue.submit(try Workshop.specification(threads: 3), attachments: ["revision.jsonl": revision])
        #expect(try await shop.queue.wait(job.id, seconds: 20).state == .succeeded)
        // Then the worker saw what it should
        #expect(shop.text(job.id, "revision.jsonl") == "{}\n")
        let specification = try JSONDecoder().decode(JobSpecification.self, from: Data(contentsOf: shop.file(job.id, "specification.json")))
        #expect(specification == (try Workshop.specification(threads: 3)))
        #expect(shop.text(job.id, "arguments") == "--threads 3\n")
        let environment = Set(shop.text(job.id, "env").split(separator: "\n").map(String.init))
        #expect(environment.isSuperset(of: ["OMP_NUM_THREADS=3", "OMP_WAIT_POLICY=PASSIVE", "GIVEN=1", "ALIQUOT_JOB=\(job.id)"]))
        #expect(!environment.contains { $0.hasPrefix("SERVICE_SECRET") })
        // 0, 1, 2 and the directory that `ls` reads
        #expect(shop.text(job.id, "fds").split(separator: "\n").count == 4)
        #expect(shop.text(job.id, "log.txt") == "spoken\n")
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("fails a job with the worker's own reason, and resumes it where it was")
    func failureAndResume() async throws {
        // Given a worker that gives up the first time and needs its checkpoint the second time
        let shop = try Workshop(
            """
            if [ "$try" = 1 ]; then
              mkdir -p "$dir/checkpoint" "$dir/result"; echo kept > "$dir/checkpoint/state"
              echo '{"code":"no_usable_picture","title":"No usable picture","detail":"All 3 are broken."}' > "$dir/result/error.json"; exit 1
            fi
            test -f "$dir/checkpoint/state" && test ! -e "$dir/result/error.json" && finish
            exit 3
            """)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        // When it fails
        let failed = try await shop.queue.wait(id, seconds: 20)
        #expect(failed.state == .failed)
        #expect(failed.error == JobFailure(code: "no_usable_picture", title: "No usable picture", detail: "All 3 are broken."))
        await #expect(throws: JobsError.wrongState(job: id, action: "cancel", state: .failed, allowed: [.queued, .running])) {
            try await shop.queue.cancel(id)
        }
        // Then it can be resumed and succeeds with the next attempt
        #expect(try await shop.queue.resume(id).attempt == 2)
        let job = try await shop.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.attempt == 2 && job.error == nil)
        // And a reader of all its events gets one end only, at the end
        var kinds: [JobEvent.Kind] = []
        for await event in try await shop.queue.events(id) { kinds.append(event.kind) }
        #expect(kinds.filter { $0 == .end }.count == 1 && kinds.last == .end)
        await #expect(throws: JobsError.self) { try await shop.queue.resume(id) }
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("cancels a running job: its worker may keep a checkpoint, and the job ends cancelled, not failed")
    func cancelRunning() async throws {
        let shop = try Workshop(#"trap 'echo kept > "$dir/kept"; exit 75' TERM; progress 0.1; forever"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress != nil })
        _ = try await shop.queue.cancel(id)
        let job = try await shop.queue.wait(id, seconds: 20)
        #expect(job.state == .cancelled && job.error == nil && shop.text(id, "kept") == "kept\n")
        // And cancelling again changes nothing
        #expect(try await shop.queue.cancel(id).state == .cancelled)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("kills a worker that will not stop, and everything that it started")
    func cancelStubborn() async throws {
        var settings = Workshop.quick
        settings.stopGrace = .milliseconds(200)
        let shop = try Workshop(#"trap '' TERM; sleep 300 & echo $! > "$dir/child"; progress 0.1; forever"#, settings: settings)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress != nil })
        let child = try #require(Int32(shop.text(id, "child").trimmingCharacters(in: .whitespacesAndNewlines)))
        _ = try await shop.queue.cancel(id)
        #expect(try await shop.queue.wait(id, seconds: 20).state == .cancelled)
        // Its child is dead (or a corpse that its new parent has not yet buried)
        #expect(
            try await Workshop.eventually {
                let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.split(separator: " ").dropFirst(2).first
                return state == nil || state == "Z"
            })
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("leaves nothing running of a worker that ended by itself")
    func leftBehind() async throws {
        // Given a worker that finishes and leaves a child behind
        let shop = try Workshop(#"sleep 300 & echo $! > "$dir/child"; finish"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded)
        // Then the child is killed with it
        let child = try #require(Int32(shop.text(id, "child").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(
            try await Workshop.eventually {
                let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.split(separator: " ").dropFirst(2).first
                return state == nil || state == "Z"
            })
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("never starts a job that was cancelled while it waited")
    func cancelQueued() async throws {
        // Given one slot that is taken
        let shop = try Workshop(#"trap 'exit 75' TERM; forever"#)
        try await shop.queue.start()
        let first = try await shop.queue.submit(try Workshop.specification()).id
        let second = try await shop.queue.submit(try Workshop.specification())
        #expect(second.state == .queued && second.queuePosition == 1)
        // When the waiting one is cancelled and then the running one
        #expect(try await shop.queue.cancel(second.id).state == .cancelled)
        _ = try await shop.queue.cancel(first)
        #expect(try await shop.queue.wait(first, seconds: 20).state == .cancelled)
        // Then it has never begun
        #expect(shop.tries(second.id) == 0)
        #expect(try await shop.queue.get(second.id).startedAt == nil)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("starts the greater priority first, and equal ones in the order of their submission")
    func order() async throws {
        let shop = try Workshop(#"basename "$dir" >> "$dir/../../order"; finish"#)
        // Given four jobs that wait, since nothing was started yet
        var ids: [ULID] = []
        for priority in [0, 5, 0, 5] { ids.append(try await shop.queue.submit(try Workshop.specification(priority: priority)).id) }
        var positions: [Int?] = []
        for id in ids { positions.append(try await shop.queue.get(id).queuePosition) }
        #expect(positions == [3, 1, 4, 2])
        // When the queue starts
        try await shop.queue.start()
        for id in ids { #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded) }
        // Then they ran in that order
        let order = try String(contentsOf: shop.directory.appendingPathComponent("order"), encoding: .utf8).split(separator: "\n").map(
            String.init)
        #expect(order == [ids[1], ids[3], ids[0], ids[2]].map(\.description))
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("takes a job up again when its worker is killed, with the next attempt, and it succeeds")
    func killedWorker() async throws {
        // Given a worker in the middle of its job
        let shop = try Workshop(#"if [ "$try" = 1 ]; then progress 0.5; forever; fi; progress 0.75; finish"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress?.fraction == 0.5 })
        // When it is killed
        kill(try await shop.workerPID(id), SIGKILL)
        // Then the job goes on and succeeds
        let job = try await shop.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.attempt == 2)
        var states: [String] = []
        for await event in try await shop.queue.events(id) where event.kind == .state {
            states.append("\(event.state?.rawValue ?? "") \(event.attempt ?? 0)")
        }
        #expect(states == ["queued 1", "running 1", "interrupted 1", "queued 2", "running 2", "succeeded 2"])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("gives a job up whose worker dies three times without getting further")
    func crashLoop() async throws {
        let shop = try Workshop(#"progress 0.3; kill -SEGV $$"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        let job = try await shop.queue.wait(id, seconds: 20)
        // Then: the first crash came after progress (0.3), the second and third did not get further
        #expect(job.state == .failed && job.error?.code == "worker_crashed" && shop.tries(id) == 3)
        #expect(job.error?.detail.contains("signal 11") == true)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("fails a job whose program cannot be started")
    func noProgram() async throws {
        let directory = try TestSupport.temporaryDirectory()
        let executor = LocalExecutor(program: URL(fileURLWithPath: "/nowhere/aliquot"), slots: 1, threadsPerSlot: 1)
        let queue = try JobQueue(directory: directory, executor: executor) { _, _ in JobResult() }
        try await queue.start()
        let id = try await queue.submit(try Workshop.specification()).id
        #expect(try await queue.wait(id, seconds: 20).error?.code == "worker_not_started")
        await queue.shutdown(grace: .seconds(1))
    }

    @Test("stops a job whose time is up, and says so")
    func timeLimit() async throws {
        let shop = try Workshop(#"trap 'exit 75' TERM; forever"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification(timeLimitSeconds: 1)).id
        let job = try await shop.queue.wait(id, seconds: 20)
        #expect(job.state == .failed && job.error?.code == "time_limit")
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("keeps a finished result when storing it fails, and stores it when the job is resumed, without another run")
    func storingAgain() async throws {
        let shop = try Workshop("finish", failingFirst: 1)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await shop.queue.wait(id, seconds: 20).error?.code == "result_not_stored")
        _ = try await shop.queue.resume(id)
        #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded)
        #expect(shop.tries(id) == 1 && shop.stored.all == [id, id])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("refuses more jobs than it may hold, and leaves nothing of the refused one")
    func capacity() async throws {
        var settings = Workshop.quick
        settings.capacity = 2
        let shop = try Workshop("finish", settings: settings)
        for _ in 0..<2 { _ = try await shop.queue.submit(try Workshop.specification()) }
        await #expect(throws: JobsError.queueFull(limit: 2)) { try await shop.queue.submit(try Workshop.specification()) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.directory.appendingPathComponent("jobs").path).count == 2)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test(
        "refuses attachments that would leave the job's directory or stand for its own files",
        arguments: ["../x", "/x", "a//b", "", ".x", "result/x", "events.jsonl"])
    func attachmentNames(name: String) async throws {
        let shop = try Workshop("finish")
        let staged = shop.directory.appendingPathComponent("staged")
        try Data().write(to: staged)
        await #expect(throws: JobsError.badAttachmentName(name)) {
            try await shop.queue.submit(try Workshop.specification(), attachments: [name: staged])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.directory.appendingPathComponent("jobs").path).isEmpty)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("lists jobs in pages, newest first, by state and dataset")
    func list() async throws {
        let shop = try Workshop("finish")
        var ids: [ULID] = []
        for index in 0..<5 {
            ids.append(try await shop.queue.submit(try Workshop.specification(dataset: index == 2 ? "other" : "cells")).id)
        }
        var page = try await shop.queue.list(pageSize: 2)
        var seen = page.items.map(\.id)
        while let token = page.nextPageToken {
            page = try await shop.queue.list(pageSize: 2, pageToken: token)
            seen += page.items.map(\.id)
        }
        #expect(seen == ids.reversed())
        _ = try await shop.queue.cancel(ids[0])
        #expect(try await shop.queue.list(JobFilter(state: .cancelled)).items.map(\.id) == [ids[0]])
        #expect(try await shop.queue.list(JobFilter(dataset: ResourceName("other"))).items.map(\.id) == [ids[2]])
        #expect(try await shop.queue.list(JobFilter(type: .importArchive)).items.isEmpty)
        #expect(try await shop.queue.counts()[.queued] == 4)
        await #expect(throws: JobsError.badPageToken("x")) { try await shop.queue.list(pageToken: "x") }
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("forgets a job that has ended, with its directory, and no other")
    func delete() async throws {
        let shop = try Workshop("finish")
        let id = try await shop.queue.submit(try Workshop.specification()).id
        await #expect(throws: JobsError.self) { try await shop.queue.delete(id) }
        _ = try await shop.queue.cancel(id)
        try await shop.queue.delete(id)
        #expect(!FileManager.default.fileExists(atPath: shop.file(id, "").path))
        await #expect(throws: JobsError.noSuchJob(id)) { try await shop.queue.get(id) }
        await #expect(throws: JobsError.noSuchJob(id)) { try await shop.queue.events(id) }
        await #expect(throws: JobsError.noSuchJob(id)) { try await shop.queue.cancel(id) }
        await shop.queue.shutdown(grace: .seconds(1))
    }
}
