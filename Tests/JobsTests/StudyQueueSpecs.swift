import Base
import Foundation
import Jobs
import TestSupport
import Testing

@Suite("A study in the queue")
struct StudyQueueSpecs {
    /// Trainings of seed 3 fail as long as there is no file `go`; those of seed 9 run until they are stopped; a study keeps what it was given.
    private static let script = #"""
        has() { grep -Eq "$1" "$dir/specification.json"; }
        if has '"type" : "study"'; then cp "$dir/trainings.json" "$dir/seen.json"; progress 1; finish; fi
        if has '"seed" : 3' && [ ! -e "$dir/../../go" ]; then mkdir -p "$dir/result"; echo '{"code":"diverged","title":"The training diverged","detail":"scripted"}' > "$dir/result/error.json"; exit 1; fi
        if has '"seed" : 9' && [ ! -e "$dir/../../go" ]; then trap 'exit 75' TERM; progress 0.5; forever; fi
        progress 0.5; finish
        """#

    private static func submit(_ shop: Workshop, seeds: [UInt64]) async throws -> Job {
        let dataset = try #require(ResourceName("cells"))
        let study = StudySpecification(
            datasets: [dataset], revisions: [1], networks: ["mobilenet_v2"], methods: [.supervised], seeds: seeds)
        return try await shop.queue.submit(
            study,
            trainings: seeds.map { seed in
                (TrainSpecification(dataset: dataset, revision: 1, network: "mobilenet_v2", seed: seed), [:])
            })
    }

    private static func trainings(_ shop: Workshop, _ study: ULID) async throws -> [Job] {
        try await shop.queue.list(JobFilter(study: study)).items.reversed()
    }

    @Test("runs its trainings as jobs in one slot, then gets a worker that sees how each ended; a failed one does not fail it")
    func succeeds() async throws {
        // Given one slot
        let shop = try Workshop(Self.script)
        try await shop.queue.start()
        // When a study of three trainings is submitted, the second of which fails
        let submitted = try await Self.submit(shop, seeds: [1, 3, 2])
        #expect(submitted.type == .study && submitted.links.trainings == "/v1/jobs?study=\(submitted.id)")
        let study = try await shop.queue.wait(submitted.id, seconds: 20)
        // Then it succeeds, each training is a job that knows its study
        #expect(study.state == .succeeded && study.attempt == 1, "\(study)")
        let trainings = try await Self.trainings(shop, study.id)
        #expect(trainings.map(\.state) == [.succeeded, .failed, .succeeded])
        #expect(trainings.allSatisfy { $0.specification.study == study.id && $0.links.study == "/v1/jobs/\(study.id)" })
        // And its worker saw all of them as they ended
        let seen = try JSONDecoder().decode([Job].self, from: Data(contentsOf: shop.file(study.id, "seen.json")))
        #expect(seen.map(\.id) == trainings.map(\.id) && seen.map(\.state) == trainings.map(\.state))
        #expect(seen[1].error?.code == "diverged")
        // And its events tell the way: running from the first training on, progress with each change, the end
        var events: [JobEvent] = []
        for await event in try await shop.queue.events(study.id) { events.append(event) }
        #expect(events.compactMap(\.state) == [.queued, .running, .succeeded, .succeeded])
        let counts = events.compactMap(\.progress?.trainings)
        #expect(counts.first == ["running": 1, "queued": 2] && counts.last == ["succeeded": 2, "failed": 1])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("shows progress and time left of the whole, and its tag changes with its trainings")
    func progress() async throws {
        // Given a study whose second training goes on for ever
        let shop = try Workshop(Self.script)
        try await shop.queue.start()
        let id = try await Self.submit(shop, seeds: [1, 9, 2]).id
        let before = try await shop.queue.get(id).etag
        // When the first has ended and the second is at its half
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress?.fraction == 0.5 })
        // Then the study runs, is at (1 + 1/2) / 3, and knows what is left
        let job = try await shop.queue.get(id)
        #expect(job.state == .running && job.progress?.trainings == ["succeeded": 1, "running": 1, "queued": 1])
        #expect((job.progress?.etaSeconds ?? -1) >= 0 && job.etag != before)
        #expect(try await shop.queue.list(JobFilter(type: .study)).items.first?.progress?.fraction == 0.5)
        // And it cannot be deleted
        await #expect(throws: JobsError.self) { try await shop.queue.delete(id) }
        await shop.queue.shutdown(grace: .seconds(5))
    }

    @Test("cancelled, cancels its trainings; resumed, takes them up again; deleted, is gone with them")
    func cancel() async throws {
        // Given a study in the middle of its first training
        let shop = try Workshop(Self.script)
        try await shop.queue.start()
        let id = try await Self.submit(shop, seeds: [9, 1]).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress?.fraction == 0.25 })
        // When it is cancelled, twice
        #expect(try await shop.queue.cancel(id).state == .cancelled)
        let waiting = try #require(try await Self.trainings(shop, id).last)
        #expect(waiting.state == .cancelled && shop.tries(waiting.id) == 0)
        #expect(try await shop.queue.cancel(id).state == .cancelled)
        // Then all its trainings end cancelled, and nothing is compared
        #expect(try await Workshop.eventually { try await Self.trainings(shop, id).allSatisfy { $0.state == .cancelled } })
        #expect(shop.tries(id) == 0)
        // And resumed, with nothing in the way any more, it succeeds with all of them
        try Data().write(to: shop.directory.appendingPathComponent("go"))
        #expect(try await shop.queue.resume(id).attempt == 2)
        #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded)
        let trainings = try await Self.trainings(shop, id)
        #expect(trainings.allSatisfy { $0.state == .succeeded })
        // And deleted, it leaves no row and no directory
        try await shop.queue.delete(id)
        #expect(try await shop.queue.list().items.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.directory.appendingPathComponent("jobs").path).isEmpty)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("keeps its trainings until it has ended: one that has ended before cannot be deleted alone")
    func keepsTrainings() async throws {
        // Given a study of which one training has ended and one goes on for ever
        let shop = try Workshop(Self.script)
        try await shop.queue.start()
        let id = try await Self.submit(shop, seeds: [1, 9]).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress?.fraction == 0.75 })
        let ended = try #require(try await Self.trainings(shop, id).first)
        #expect(ended.state == .succeeded)
        // When the one that has ended is deleted
        await #expect(throws: JobsError.neededByStudy(training: ended.id, study: id, state: .running)) {
            try await shop.queue.delete(ended.id)
        }
        // Then it is still there, with its directory
        #expect(try await Self.trainings(shop, id).count == 2 && shop.tries(ended.id) == 1)
        // And goes once the study has ended
        _ = try await shop.queue.cancel(id)
        #expect(try await Workshop.eventually { try await Self.trainings(shop, id).allSatisfy(\.state.isTerminal) })
        try await shop.queue.delete(ended.id)
        #expect(try await Self.trainings(shop, id).count == 1)
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("resumed, compares anew: what it had compared before its trainings ran again is gone")
    func comparesAnew() async throws {
        // Given a study whose training failed, and whose comparison was made but could not be stored
        let shop = try Workshop(Self.script, failingFirst: 1)
        try await shop.queue.start()
        let id = try await Self.submit(shop, seeds: [3]).id
        #expect(try await shop.queue.wait(id, seconds: 20).state == .failed)
        #expect(shop.tries(id) == 1 && FileManager.default.fileExists(atPath: shop.file(id, "result/done.json").path))
        // When it is resumed with nothing in the way of its training any more
        try Data().write(to: shop.directory.appendingPathComponent("go"))
        _ = try await shop.queue.resume(id)
        #expect(try await shop.queue.wait(id, seconds: 20).state == .succeeded)
        // Then its worker has seen how the training ended this time
        #expect(shop.tries(id) == 2)
        let seen = try JSONDecoder().decode([Job].self, from: Data(contentsOf: shop.file(id, "seen.json")))
        #expect(seen.map(\.state) == [.succeeded])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("goes on after the service died, without counting an attempt, and ends")
    func restart() async throws {
        // Given a service that stopped in the middle of a study
        let old = try Workshop(Self.script)
        try await old.queue.start()
        let id = try await Self.submit(old, seeds: [1, 9]).id
        #expect(try await Workshop.eventually { try await old.queue.get(id).progress?.fraction == 0.75 })
        await old.queue.shutdown(grace: .seconds(5))
        try Data().write(to: old.directory.appendingPathComponent("go"))
        // When another starts
        let new = try Workshop(Self.script, directory: old.directory)
        try await new.queue.start()
        // Then the study ends in its first attempt
        let study = try await new.queue.wait(id, seconds: 20)
        #expect(study.state == .succeeded && study.attempt == 1)
        #expect(new.tries(id) == 1)
        await new.queue.shutdown(grace: .seconds(1))
    }

    @Test("that does not fit into the queue is refused whole")
    func full() async throws {
        var settings = Workshop.quick
        settings.capacity = 3
        let shop = try Workshop(Self.script, settings: settings)
        await #expect(throws: JobsError.queueFull(limit: 3)) { try await Self.submit(shop, seeds: [1, 2, 4]) }
        #expect(try await shop.queue.list().items.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.directory.appendingPathComponent("jobs").path).isEmpty)
        await shop.queue.shutdown(grace: .seconds(1))
    }
}
