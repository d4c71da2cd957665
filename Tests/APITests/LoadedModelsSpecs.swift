import Base
import Dispatch
import Synchronization
import Testing

@testable import API

@Suite("models in memory")
struct LoadedModelsSpecs {
    /// Counts loads and closes by key.
    private final class Ledger: Sendable {
        private let loads = Mutex<[ModelVersionKey: Int]>([:])
        private let closed = Mutex<[ModelVersionKey]>([])
        func load(_ key: ModelVersionKey) -> ModelVersionKey {
            loads.withLock { $0[key, default: 0] += 1 }
            return key
        }
        func close(_ key: ModelVersionKey) { closed.withLock { $0.append(key) } }
        func count(_ key: ModelVersionKey) -> Int { loads.withLock { $0[key] ?? 0 } }
        var closes: [ModelVersionKey] { closed.withLock { $0 } }
    }

    private struct Broken: Error {}

    private func key(_ version: Int) throws -> ModelVersionKey {
        ModelVersionKey(model: try #require(ResourceName("cells")), version: version)
    }

    private func models(_ ledger: Ledger, capacity: Int) -> LoadedModels<ModelVersionKey> {
        LoadedModels(capacity: capacity, load: { ledger.load($0) }, close: { ledger.close($0) })
    }

    private func settle(_ holds: () -> Bool) async throws {
        for _ in 0..<400 where !holds() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("a version that many ask for at once is loaded once")
    func loadsOnce() async throws {
        let ledger = Ledger()
        let models = models(ledger, capacity: 2)
        let one = try key(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await models.use(one) { #expect($0 == one) } } }
            try await group.waitForAll()
        }
        #expect(ledger.count(one) == 1)
    }

    @Test("when an alias moves on, requests under way finish on the old version, and then its memory is freed")
    func drains() async throws {
        // Given a request under way on version 1, and another model
        let ledger = Ledger()
        let models = models(ledger, capacity: 4)
        let (one, two) = (try key(1), try key(2))
        let other = ModelVersionKey(model: try #require(ResourceName("other")), version: 1)
        try await models.use(other) { _ in }
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (go, release) = AsyncStream.makeStream(of: Void.self)
        let request = Task {
            try await models.use(one) { model in
                start.finish()
                for await _ in go {}
                #expect(ledger.closes.isEmpty)  // still whole in the middle of the request
                return model
            }
        }
        for await _ in started {}
        // When the aliases name version 2 only, and it is asked for
        await models.retire(one.model, except: [2])
        try await models.use(two) { _ in }
        // Then the old version is out of the way at once, and closed when its request is answered
        #expect(await models.keys == [two, other])
        #expect(ledger.closes.isEmpty)
        release.finish()
        #expect(try await request.value == one)
        try await settle { !ledger.closes.isEmpty }
        #expect(ledger.closes == [one])
        // And what aliases still name stays
        await models.retire(one.model, except: [2])
        #expect(await models.keys == [two, other])
    }

    @Test("beyond the capacity the least recently used one is closed")
    func closesTheLeastRecentlyUsed() async throws {
        // Given two places, and versions 1 and 2 in them, 1 used last
        let ledger = Ledger()
        let models = models(ledger, capacity: 2)
        for version in [1, 2, 1] { try await models.use(try key(version)) { _ in } }
        // When a third is loaded
        try await models.use(try key(3)) { _ in }
        // Then 2 goes
        try await settle { !ledger.closes.isEmpty }
        #expect(ledger.closes == [try key(2)])
        #expect(await models.keys == [try key(1), try key(3)])
    }

    @Test("what is in use is not closed, however full it is or whoever retires it")
    func keepsWhatIsInUse() async throws {
        let ledger = Ledger()
        let models = models(ledger, capacity: 1)
        let (one, two) = (try key(1), try key(2))
        try await models.use(one) { _ in
            try await models.use(two) { _ in }
            await models.retire(one)
            try await Task.sleep(for: .milliseconds(50))
            #expect(!ledger.closes.contains(one))
        }
        try await settle { ledger.closes.contains(one) }
        #expect(ledger.closes.contains(one))
        // And a retired version is loaded anew when asked for again
        try await models.use(one) { _ in }
        #expect(ledger.count(one) == 2)
    }

    @Test("a load that fails is told to everybody who waits, and tried again by the next")
    func forgetsFailedLoads() async throws {
        let attempts = Mutex(0)
        let models = LoadedModels<Int>(
            capacity: 2,
            load: { _ in
                let attempt = attempts.withLock { attempts in
                    attempts += 1
                    return attempts
                }
                guard attempt > 1 else { throw Broken() }
                return attempt
            }, close: { _ in })
        let one = try key(1)
        await #expect(throws: Broken.self) { try await models.use(one) { $0 } }
        #expect(try await models.use(one) { $0 } == 2)
    }

    @Test("shutdown waits for those in use, closes everything and takes nobody new")
    func shutsDown() async throws {
        let ledger = Ledger()
        let models = models(ledger, capacity: 4)
        let one = try key(1)
        async let use: Void = models.use(one) { _ in try await Task.sleep(for: .milliseconds(100)) }
        while await models.keys.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        await models.shutdown()
        #expect(ledger.closes == [one])
        try await use
        await #expect(throws: APIError.self) { try await models.use(one) { _ in } }
    }

    @Test("beyond the memory the least recently used are closed, but never the only one")
    func keepsToItsMemory() async throws {
        // Given room for 100 bytes and versions as large as ten times their number
        let ledger = Ledger()
        let models = LoadedModels<ModelVersionKey>(
            capacity: 10, memory: 100, size: { $0.version * 10 }, load: { ledger.load($0) }, close: { ledger.close($0) })
        for version in [4, 5] { try await models.prepare(try key(version)) }
        #expect(await models.bytes == 90)
        // When one of 60 comes
        try await models.prepare(try key(6))
        // Then both others go (each is closed by a task of its own), and one that is larger than all the room stays alone
        try await settle { ledger.closes.count == 2 }
        #expect(try Set(ledger.closes) == [key(4), key(5)])
        try await models.prepare(try key(20))
        try await settle { ledger.closes.count == 3 }
        #expect(await models.keys == [try key(20)])
        #expect(await models.bytes == 200)
    }

    @Test("who gives up does not wait for a load, and the load goes on for the next")
    func cancelsTheWait() async throws {
        // Given a version that takes as long to load as the test wants
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let ledger = Ledger()
        let models = LoadedModels<ModelVersionKey>(
            capacity: 2,
            load: { key in
                begin.finish()
                gate.wait()
                return ledger.load(key)
            }, close: { ledger.close($0) })
        let one = try key(1)
        let impatient = Task { try await models.use(one) { _ in } }
        for await _ in begun {}
        // When the one who asked first gives up
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        // Then the second gets what the first began
        async let second: Void = models.use(one) { #expect($0 == one) }
        gate.signal()
        try await second
        #expect(ledger.count(one) == 1)
    }

    @Test("a load that everybody gave up counts once it is there, and is forgotten where it fails", arguments: [false, true])
    func endsAbandonedLoads(fails: Bool) async throws {
        // Given a version of 70 bytes under way that nobody waits for any more, and room for one
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let attempts = Mutex(0)
        let models = LoadedModels<Int>(
            capacity: 1, size: { _ in 70 },
            load: { key in
                guard key.version == 1 else { return key.version }
                begin.finish()
                gate.wait()
                if attempts.withLock({
                    $0 += 1; return $0
                }) == 1, fails {
                    throw Broken()
                }
                return key.version
            }, close: { _ in })
        let (one, two) = (try key(1), try key(2))
        let impatient = Task { try await models.use(one) { $0 } }
        for await _ in begun {}
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        // When another one is used meanwhile, then only that is there: the load is neither counted nor begun again
        #expect(try await models.use(two) { $0 } == 2)
        #expect(await models.keys == [two])
        // When it ends
        gate.signal()
        for _ in 0..<400 where attempts.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        gate.signal()
        // Then the next gets it, from that load or, where it failed, from one of its own
        for _ in 0..<400 where await models.keys != (fails ? [two] : [one]) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await models.bytes == 70)
        #expect(try await models.use(one) { $0 } == 1)
        #expect(attempts.withLock { $0 } == (fails ? 2 : 1))
    }
}
