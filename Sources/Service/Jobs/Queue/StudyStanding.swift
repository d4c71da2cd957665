import Base

/// How far a study is, from its trainings: a pure value.
struct StudyStanding: Sendable, Equatable {
    let progress: JobProgress
    /// Changes with everything that can be seen in the trainings.
    let version: String

    /// Less of a training than this says nothing of how long it takes.
    private static let tellingFraction = 0.02

    /// - Parameters:
    ///   - trainings: all of the study.
    ///   - live: running workers.
    ///   - slots: workers at the same time.
    init(_ trainings: [JobRecord], live: [ULID: LiveJob], slots: Int, now: Timestamp) {
        var counts: [String: Int] = [:]
        var fractions: [Double] = []
        // Seconds of whole trainings: those that succeeded, and those that have come so far that they can be guessed.
        var durations: [Double] = []
        var version: Int64 = 0
        var position = 0
        for training in trainings {
            let state = training.lifecycle.state
            counts[state.rawValue, default: 0] += 1
            version += training.version
            let seen = state == .running ? live[training.id]?.seen : nil
            position += seen?.position ?? 0
            let fraction = state.isTerminal ? 1 : (seen?.progress ?? training.progress)?.fraction ?? 0
            fractions.append(fraction)
            guard let start = training.startedAt?.seconds else { continue }
            if state == .succeeded, let end = training.finishedAt?.seconds {
                durations.append(max(0, end - start))
            } else if state == .running, training.lifecycle.attempt == 1, fraction > Self.tellingFraction {
                durations.append(max(0, now.seconds - start) / fraction)
            }
        }
        let total = Double(max(1, trainings.count))
        var progress = JobProgress(fraction: fractions.reduce(0, +) / total, phase: "trainings")
        progress.trainings = counts
        if !durations.isEmpty {
            let left = fractions.reduce(0) { $0 + 1 - $1 } * durations.reduce(0, +) / Double(durations.count)
            let open = fractions.count { $0 < 1 }
            progress.etaSeconds = left / Double(max(1, min(slots, open)))
        }
        self.progress = progress
        self.version = "\(version).\(position)"
    }
}

extension JobRecord {
    /// Whether it is a study that has not ended.
    var isOpenStudy: Bool { specification.type == .study && !lifecycle.state.isTerminal }
}
