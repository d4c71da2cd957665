import Base

extension JobRecord {
    /// Takes over what was seen of the running worker.
    mutating func take(_ live: LiveJob, workerEnded: Bool) {
        progress = live.seen.progress ?? progress
        if !live.seen.metrics.isEmpty { metrics = live.seen.metrics }
        badEventLines = live.seen.badLines
        if workerEnded { ranMilliseconds += live.ranMilliseconds }
    }

    /// Notes the states that the job went through at `time`.
    mutating func note(_ states: [JobState], at time: Timestamp) {
        unannounced += states
        if states.last == .running, startedAt == nil { startedAt = time }
        guard let last = states.last else { return }
        finishedAt = last.isTerminal ? time : nil
        // An estimate of time means something only while the job runs.
        if last != .running { progress?.etaSeconds = nil }
        if last == .succeeded {
            progress?.fraction = 1
        }
    }
}

extension JobLifecycle.Event {
    /// Whether a worker's time is over with this.
    var endsWorker: Bool {
        if case .workerEnded = self { true } else { false }
    }
}
