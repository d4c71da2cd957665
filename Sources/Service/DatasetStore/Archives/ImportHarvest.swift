import Synchronization

/// What the threads of an import have found so far.
final class ImportHarvest: Sendable {
    struct Picture: Sendable {
        /// The entry's position in the archive: pictures are named in this order, whichever thread was first.
        let number: Int
        let path: ArchivePath
        let facts: PictureFacts
    }

    private struct State {
        var pictures: [Picture] = []
        var bad: [(number: Int, entry: BadEntry)] = []
        var failure: (any Error)?
        var entries = 0
    }

    private let state = Mutex(State())

    func add(_ picture: Picture) { state.withLock { $0.pictures.append(picture) } }
    func add(_ entry: BadEntry, number: Int) { state.withLock { $0.bad.append((number, entry)) } }
    /// What ends the whole import, such as a full disk; the first one stays.
    func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

    var failure: (any Error)? { state.withLock { $0.failure } }
    var entries: Int {
        get { state.withLock { $0.entries } }
        set { state.withLock { $0.entries = newValue } }
    }
    /// In the archive's order.
    var pictures: [Picture] { state.withLock { $0.pictures.sorted { $0.number < $1.number } } }
    /// In the archive's order.
    var badEntries: [BadEntry] { state.withLock { $0.bad.sorted { $0.number < $1.number }.map(\.entry) } }
}
