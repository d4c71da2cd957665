import Synchronization

/// Tells each whole percent of an import once.
final class Percent: Sendable {
    private let watch: @Sendable (TrainingEvent) -> Void
    private let shown = Mutex(-1)

    init(_ watch: @escaping @Sendable (TrainingEvent) -> Void) { self.watch = watch }

    func show(_ done: Int, of total: Int) {
        let percent = total > 0 ? min(100, done * 100 / total) : 0
        let isNew = shown.withLock { last in
            defer { last = max(last, percent) }
            return percent > last
        }
        if isNew { watch(.importing(fraction: Double(percent) / 100)) }
    }
}
