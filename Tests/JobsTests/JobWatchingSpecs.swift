import Base
import Foundation
import Jobs
import Testing

@Suite("Watching a job")
struct JobWatchingSpecs {
    @Test("waits no longer than asked, and no longer than there is something to tell")
    func wait() async throws {
        // Given a worker that goes on when a file appears
        let shop = try Workshop(
            #"while [ ! -e "$dir/go" ]; do sleep 0.02; done; progress 0.5; while [ ! -e "$dir/end" ]; do sleep 0.02; done; finish"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).state == .running })
        let clock = ContinuousClock()
        // When nothing happens, then the time runs out
        let begin = clock.now
        #expect(try await shop.queue.wait(id, seconds: 0.3).state == .running)
        let waited = clock.now - begin
        #expect(waited >= .milliseconds(290) && waited < .seconds(5))
        // When something is told, then those who know the state before are woken at once, and others go on waiting
        let before = try await shop.queue.get(id)
        async let change = shop.queue.wait(id, seconds: 20, etag: before.etag)
        async let end = shop.queue.wait(id, seconds: 20)
        try Data().write(to: shop.file(id, "go"))
        let changed = try await change
        #expect(changed.progress?.fraction == 0.5 && changed.state == .running && changed.etag != before.etag)
        try Data().write(to: shop.file(id, "end"))
        #expect(try await end.state == .succeeded)
        // And asking twice gives the same twice
        #expect(try await shop.queue.get(id) == shop.queue.get(id))
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("continues the events after the last one that was seen, while the job runs and after its end")
    func events() async throws {
        let shop = try Workshop(#"progress 0.1; progress 0.2; while [ ! -e "$dir/go" ]; do sleep 0.02; done; progress 0.3; finish"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        // Given a client that saw the events up to 0.2 and then lost its connection
        var seen: [JobEvent] = []
        for await event in try await shop.queue.events(id) {
            seen.append(event)
            if event.progress?.fraction == 0.2 { break }
        }
        let last = try #require(seen.last)
        // When it comes back with its position, and the job goes on
        let stream = try await shop.queue.events(id, after: last.position)
        try Data().write(to: shop.file(id, "go"))
        var rest: [JobEvent] = []
        for await event in stream { rest.append(event) }
        // Then it gets the rest, and nothing twice
        #expect(rest.map(\.kind) == [.progress, .state, .end])
        var all: [JobEvent] = []
        for await event in try await shop.queue.events(id) { all.append(event) }
        #expect(all == seen + rest)
        #expect(all.map(\.position) == all.map(\.position).sorted())
        // And from the very end there is nothing, but an end
        let end = try #require(all.last)
        for await event in try await shop.queue.events(id, after: end.position) { Issue.record("\(event) after the end") }
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("is not disturbed by whatever the worker writes")
    func hostileWorker() async throws {
        let shop = try Workshop(
            """
            event 'rubbish'; event '{"kind":"end"}'; printf 'torn' >> "$dir/events.jsonl"; event ''
            event '{"time":"2026-01-31T12:00:00.000Z","kind":"end","state":"succeeded"}'
            head -c 300000 /dev/zero >> "$dir/events.jsonl"; event ''
            progress 0.5; finish
            """)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        let job = try await shop.queue.wait(id, seconds: 20)
        #expect(job.state == .succeeded && job.badEventLines == 4 && job.progress?.fraction == 1)
        // And a forged end ends nothing
        var kinds: [JobEvent.Kind] = []
        for await event in try await shop.queue.events(id) { kinds.append(event.kind) }
        #expect(kinds == [.state, .state, .progress, .state, .end])
        await shop.queue.shutdown(grace: .seconds(1))
    }

    @Test("ends for all when the queue is shut down")
    func shutdown() async throws {
        let shop = try Workshop(#"trap 'exit 75' TERM; progress 0.1; forever"#)
        try await shop.queue.start()
        let id = try await shop.queue.submit(try Workshop.specification()).id
        #expect(try await Workshop.eventually { try await shop.queue.get(id).progress != nil })
        let stream = try await shop.queue.events(id)
        async let events = stream.reduce(into: 0) { count, _ in count += 1 }
        async let waiting = shop.queue.wait(id, seconds: 300)
        await shop.queue.shutdown(grace: .seconds(5))
        _ = try? await waiting
        #expect(await events >= 3)
    }
}
