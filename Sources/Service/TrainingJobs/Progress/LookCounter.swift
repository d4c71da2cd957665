/// Counts the pictures of a phase that only looks at them, and ends it when the job is to stop. Used by one thread.
final class LookCounter {
    private let total: Int
    private let phase: JobPhase
    private let observer: JournalObserver
    private(set) var done = 0

    init(total: Int, phase: JobPhase, observer: JournalObserver) {
        self.total = total
        self.phase = phase
        self.observer = observer
    }

    /// - Throws: what ``JournalObserver/check()`` throws.
    func add(_ pictures: Int) throws {
        done += pictures
        observer.evaluated(min(done, total), of: total, stage: phase.rawValue)
        try observer.check()
    }
}
