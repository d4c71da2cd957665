/// What shares the cores with a predictor's threads, and has something to do between two pictures: those who bring the pictures and take the answers.
package protocol LaneCompany: Sendable {
    /// So many threads compute from now on.
    func begin(threads: Int)

    /// They have no picture to compute.
    func end(threads: Int)

    /// Runs `answers`, which gives what was computed to those who wait for it, and may use the calling thread for what follows from that, some hundred microseconds at most.
    func take(after answers: () -> Void)
}

/// A predictor whose callers run on threads of their own.
package struct NoCompany: LaneCompany {
    package init() {}
    package func begin(threads: Int) {}
    package func end(threads: Int) {}
    package func take(after answers: () -> Void) { answers() }
}
