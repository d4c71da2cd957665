import Base
import Foundation

/// Loaded things by model version: loaded when first asked for, shared while in use, the least recently used closed when there are too many.
///
/// 1. A key is loaded once, however many ask at the same time; a load that fails is forgotten, so that the next request tries again.
/// 2. Nothing is closed while a ``use(_:_:)`` of it runs; what is retired in the meantime is closed by its last user.
/// 3. At most `capacity` are kept, and no more than `memory` bytes of them; those in use may exceed both for as long as they are in use.
/// 4. Loading runs on a queue of its own, ``loadsAtOnce`` at a time, never on Swift's cooperative threads. Who gives up does not wait for its end; it goes on for the next,
///    and counts and is forgotten like any other.
package actor LoadedModels<Model: Sendable> {
    private struct Entry {
        let generation: Int
        let loading: Task<Model, any Error>
        var users = 0
        var lastUse: Int
        /// Once it is loaded.
        var model: Model?
        var bytes = 0
    }

    private let capacity: Int
    private let memory: Int
    private let size: @Sendable (Model) -> Int
    private let load: @Sendable (ModelVersionKey) throws -> Model
    private let close: @Sendable (Model) async -> Void
    private let queue = OperationQueue()
    private var entries: [ModelVersionKey: Entry] = [:]
    private var retired: [Int: Entry] = [:]
    private var closing = 0
    private var clock = 0
    private var isClosed = false

    /// - Parameters:
    ///   - capacity: how many stay loaded, at least 1.
    ///   - memory: how many bytes stay loaded; one model stays however large it is.
    ///   - size: bytes of a model.
    ///   - load: blocking; runs on a Dispatch thread.
    ///   - close: ends a model that nobody uses any more.
    package init(
        capacity: Int, memory: Int = .max, size: @escaping @Sendable (Model) -> Int = { _ in 0 },
        load: @escaping @Sendable (ModelVersionKey) throws -> Model,
        close: @escaping @Sendable (Model) async -> Void
    ) {
        self.capacity = max(1, capacity)
        self.memory = memory
        self.size = size
        self.load = load
        self.close = close
        queue.maxConcurrentOperationCount = Self.loadsAtOnce
    }

    /// A load compiles on every lane; more at a time only get into each other's way.
    private static var loadsAtOnce: Int { 2 }

    /// The versions that are loaded.
    package var keys: Set<ModelVersionKey> { Set(entries.filter { $0.value.model != nil }.keys) }

    /// Bytes of those that are loaded.
    package var bytes: Int { entries.values.reduce(0) { $0 + $1.bytes } }

    /// Loads the version if it is not there.
    ///
    /// - Throws: as ``use(_:_:)``.
    package func prepare(_ key: ModelVersionKey) async throws { try await use(key) { _ in } }

    /// Runs `body` with the model, which stays loaded at least until `body` returns.
    ///
    /// - Throws: what `load` or `body` throws; ``APIError/unavailable(_:retryAfterSeconds:)`` after ``shutdown()``.
    package func use<Result: Sendable>(_ key: ModelVersionKey, _ body: @Sendable (Model) async throws -> Result) async throws -> Result {
        guard !isClosed else { throw APIError.unavailable("the service is stopping", retryAfterSeconds: 5) }
        let generation = acquire(key)
        defer { release(key, generation) }
        guard let entry = entry(key, generation) else { throw CancellationError() }
        if let model = entry.model { return try await body(model) }
        return try await body(try await FirstResult.of(entry.loading))
    }

    /// Closes the version once its last user is done. For a deleted model.
    package func retire(_ key: ModelVersionKey) {
        moveToRetired(key)
        sweep()
    }

    /// Closes every loaded version of a model that is not in `named`, each once its last user is done: after an alias has moved on, the memory of the version that nobody
    /// names any more is given back. Who asks for such a version by its number gets it all the same; it is loaded again.
    package func retire(_ model: ResourceName, except named: Set<Int>) {
        for key in entries.keys where key.model == model && !named.contains(key.version) { moveToRetired(key) }
        sweep()
    }

    /// Takes no new users, waits for those there are, closes everything.
    package func shutdown() async {
        isClosed = true
        for key in Array(entries.keys) { moveToRetired(key) }
        sweep()
        while !retired.isEmpty || closing > 0 { try? await Task.sleep(for: .milliseconds(5)) }
    }

    private func acquire(_ key: ModelVersionKey) -> Int {
        clock += 1
        if var entry = entries[key] {
            entry.users += 1
            entry.lastUse = clock
            entries[key] = entry
            return entry.generation
        }
        let (load, queue) = (load, queue)
        let generation = clock
        let loading = Task {
            let result = await withCheckedContinuation { continuation in
                queue.addOperation { continuation.resume(returning: Swift.Result { try load(key) }) }
            }
            loaded(key, generation, result)
            return try result.get()
        }
        entries[key] = Entry(generation: generation, loading: loading, users: 1, lastUse: generation)
        return generation
    }

    /// The end of a load, whether somebody still waits for it or not.
    private func loaded(_ key: ModelVersionKey, _ generation: Int, _ result: Swift.Result<Model, any Error>) {
        guard entries[key]?.generation == generation else { return }
        switch result {
        case .success(let model):
            clock += 1
            entries[key]?.lastUse = clock
            entries[key]?.model = model
            entries[key]?.bytes = size(model)
            makeRoom()
        case .failure: moveToRetired(key)
        }
        sweep()
    }

    /// Lets go of what nobody uses, the longest unused first, while there is too much. What is being loaded stays: whoever asks next joins that load.
    private func makeRoom() {
        while true {
            let loaded = entries.filter { $0.value.model != nil }
            guard loaded.count > capacity || bytes > memory && loaded.count > 1,
                let oldest = loaded.filter({ $0.value.users == 0 }).min(by: { $0.value.lastUse < $1.value.lastUse })
            else { return }
            moveToRetired(oldest.key)
        }
    }

    private func entry(_ key: ModelVersionKey, _ generation: Int) -> Entry? {
        if let entry = entries[key], entry.generation == generation { return entry }
        return retired[generation]
    }

    private func release(_ key: ModelVersionKey, _ generation: Int) {
        if entries[key]?.generation == generation {
            clock += 1
            entries[key]?.users -= 1
            entries[key]?.lastUse = clock
            makeRoom()
        } else {
            retired[generation]?.users -= 1
        }
        sweep()
    }

    private func moveToRetired(_ key: ModelVersionKey) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        retired[entry.generation] = entry
    }

    /// Closes what is retired and unused.
    private func sweep() {
        for (generation, entry) in retired where entry.users == 0 {
            retired[generation] = nil
            closing += 1
            Task {
                if case .success(let model) = await entry.loading.result { await close(model) }
                closing -= 1
            }
        }
    }
}
