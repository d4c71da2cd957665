import Base
import Foundation
import Synchronization
import Testing

@testable import Sockets

@Suite("The socket loop", .timeLimit(.minutes(1)))
struct SocketLoopSpecs {
    /// What happened on the loop, in order.
    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
        func wait(for count: Int) async throws { for _ in 0..<500 where all.count < count { try await Task.sleep(for: .milliseconds(10)) } }
    }

    /// Counts pieces of work, and those that were not alone or not at the loop's turn.
    final class Tally: Sendable {
        let done = Atomic<Int>(0), disturbed = Atomic<Int>(0)
        private let inside = Atomic<Int>(0)

        func count(isCurrent: Bool) {
            if inside.add(1, ordering: .relaxed).newValue > 1 || !isCurrent { disturbed.add(1, ordering: .relaxed) }
            done.add(1, ordering: .relaxed)
            inside.subtract(1, ordering: .relaxed)
        }
    }

    /// Two connected sockets, the first non-blocking.
    static func pair() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        _ = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }

    @Test("runs what it is given in order, on one thread that is no caller's")
    func order() async throws {
        let loop = try SocketLoop(name: "spec")
        let log = Log()
        for number in 0..<1000 { loop.async { log.add(loop.isCurrent ? "\(number)" : "elsewhere") } }
        try await log.wait(for: 1000)
        #expect(log.all == (0..<1000).map(String.init) && !loop.isCurrent)
    }

    @Test("is the executor of a task that prefers it, before and after each wait, and of its children")
    func executor() async throws {
        let loop = try SocketLoop(name: "spec")
        let places = await Task(executorPreference: loop) {
            var places = [loop.isCurrent]
            try? await Task.sleep(for: .milliseconds(1))
            places.append(loop.isCurrent)
            async let child = loop.isCurrent
            places.append(await child)
            // And elsewhere where it asks for that
            places.append(await withTaskExecutorPreference(globalConcurrentExecutor) { loop.isCurrent })
            places.append(loop.isCurrent)
            return places
        }.value
        #expect(places == [true, true, true, false, true])
    }

    @Test("does all that it was given before it was released, and then its thread ends")
    func end() async throws {
        let log = Log()
        weak var poller: SocketPoller?
        do {
            let loop = try SocketLoop(name: "spec")
            poller = loop.poller
            for _ in 0..<100 { loop.async { log.add("done") } }
        }
        try await log.wait(for: 100)
        #expect(log.all.count == 100)
        for _ in 0..<500 where poller != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(poller == nil)
    }

    @Test("tells of bytes while reading is wanted, of nothing while it is not, and of those that came meanwhile afterwards")
    func reading() async throws {
        let loop = try SocketLoop(name: "spec")
        let (ours, theirs) = Self.pair()
        let log = Log()
        let stream = SocketStream(descriptor: ours, peer: nil, loop: loop)
        loop.async {
            stream.activate(
                onReadable: {
                    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
                    defer { buffer.deallocate() }
                    switch stream.read(into: buffer) {
                    case .bytes(let count): log.add("\(count)")
                    case .end:
                        log.add("end")
                        stream.close()
                    default: log.add("other")
                    }
                }, onWritable: {})
            stream.setReading(true)
        }
        #expect(write(theirs, "abc", 3) == 3)
        try await log.wait(for: 1)
        #expect(log.all == ["3"])
        // When nobody wants to read
        await withCheckedContinuation { continuation in
            loop.async {
                stream.setReading(false)
                continuation.resume()
            }
        }
        #expect(write(theirs, "defgh", 5) == 5)
        try await Task.sleep(for: .milliseconds(50))
        #expect(log.all == ["3"])
        // Then the bytes are told of when somebody does, and the end of the peer too
        loop.async { stream.setReading(true) }
        try await log.wait(for: 2)
        #expect(log.all == ["3", "5"])
        close(theirs)
        try await log.wait(for: 3)
        #expect(log.all == ["3", "5", "end"])
    }

    @Test("does not spin over a peer that is gone while nobody reads")
    func gone() async throws {
        let loop = try SocketLoop(name: "spec")
        let (ours, theirs) = Self.pair()
        let log = Log()
        let stream = SocketStream(descriptor: ours, peer: nil, loop: loop)
        loop.async {
            stream.activate(onReadable: { log.add("readable") }, onWritable: {})
            stream.setReading(true)
            stream.setReading(false)
        }
        close(theirs)
        try await Task.sleep(for: .milliseconds(50))
        // A thread that spins would use all of this time
        func used() async -> Double {
            await withCheckedContinuation { continuation in
                loop.async {
                    var time = timespec()
                    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
                    continuation.resume(returning: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
                }
            }
        }
        let before = await used()
        try await Task.sleep(for: .milliseconds(300))
        #expect(await used() - before < 0.1 && log.all.isEmpty)
        // Then who reads again is told at once
        loop.async { stream.setReading(true) }
        try await log.wait(for: 1)
        #expect(log.all.first == "readable")
        loop.async { stream.close() }
    }

    @Test("a thread that computes takes the loop's turn: what it gives to the loop is done when it returns, on that thread")
    func borrowedTurn() async throws {
        let turns = SocketTurns(cores: 1)
        let loop = try SocketLoop(name: "spec", turns: turns)
        let (ours, theirs) = Self.pair()
        defer { close(theirs) }
        let log = Log()
        let stream = SocketStream(descriptor: ours, peer: nil, loop: loop)
        await withCheckedContinuation { continuation in
            loop.async {
                stream.activate(
                    onReadable: {
                        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
                        defer { buffer.deallocate() }
                        if case .bytes(let count) = stream.read(into: buffer) { log.add("\(count) by \(pthread_self())") }
                    }, onWritable: {})
                stream.setReading(true)
                continuation.resume()
            }
        }
        // Given a thread that fills the cores, and bytes that have come
        let done = Log()
        Thread.detachNewThread {
            turns.begin(threads: 1)
            usleep(20_000)  // the loop's own thread sees that it is not needed
            let before = log.all.count
            turns.take {
                _ = write(theirs, "abc", 3)
                // When it gives something to the loop, and that gives more
                loop.async {
                    log.add("first by \(pthread_self())")
                    loop.async { log.add("second by \(pthread_self())") }
                }
            }
            let me = pthread_self()
            done.add(
                log.all.dropFirst(before).joined(separator: ", ") == "first by \(me), second by \(me), 3 by \(me)"
                    ? "all here" : "\(log.all)")
            turns.end(threads: 1)
        }
        // Then all is done there, the bytes last
        try await done.wait(for: 1)
        #expect(done.all == ["all here"])
        loop.async { stream.close() }
    }

    @Test("where those who compute do not come by, the loop's own thread looks at the sockets all the same")
    func patience() async throws {
        let turns = SocketTurns(cores: 1)
        let loop = try SocketLoop(name: "spec", turns: turns)
        let (ours, theirs) = Self.pair()
        let log = Log()
        let stream = SocketStream(descriptor: ours, peer: nil, loop: loop)
        turns.begin(threads: 1)
        loop.async {
            stream.activate(
                onReadable: {
                    log.add("readable")
                    stream.close()
                }, onWritable: {})
            stream.setReading(true)
            log.add("watched")
        }
        try await log.wait(for: 1)
        try await Task.sleep(for: .milliseconds(30))
        close(theirs)
        try await log.wait(for: 2)
        #expect(log.all == ["watched", "readable"])
        turns.end(threads: 1)
    }

    @Test("never are two threads at its turn, and nothing that is given is lost, whoever takes it")
    func alone() async throws {
        let turns = SocketTurns(cores: 2)
        let loop = try SocketLoop(name: "spec", turns: turns)
        let tally = Tally()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<2000 {
                        if number % 100 == 0 { turns.begin(threads: 1) }
                        turns.take {
                            loop.async {
                                tally.count(isCurrent: loop.isCurrent)
                            }
                        }
                        if number % 100 == 99 { turns.end(threads: 1) }
                    }
                }
            }
        }
        for _ in 0..<500 where tally.done.load(ordering: .relaxed) < 8000 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(tally.done.load(ordering: .relaxed) == 8000 && tally.disturbed.load(ordering: .relaxed) == 0)
    }
}
