/// The life of one job as a pure value: events in, next state and what is to be done out. Its shell is ``JobQueue``.
///
/// Invariants:
/// 1. A terminal job changes only by being resumed (and never a succeeded one).
/// 2. A job whose cancellation was accepted ends `cancelled`, whatever its worker does afterwards.
/// 3. A queued job that is cancelled never starts.
/// 4. A crash never loses a job: it is queued again until it has crashed `crashLimit` times in a row without getting further.
/// 5. `finishing` (the worker is done, its result is being stored) can be repeated after a crash of the service, and cannot be cancelled.
struct JobLifecycle: Sendable, Equatable {
    var state = JobState.queued
    /// From 1; one more each time the job is taken up again.
    var attempt = 1
    var stopping: StopReason?
    var finishing = false
    /// Crashes in a row without progress.
    var crashes = 0
    /// The fraction that was done at the last crash.
    var fractionAtCrash = 0.0
    var failure: JobFailure?
    var result: JobResult?

    enum Event: Sendable, Equatable {
        case started
        /// The worker could not be started at all.
        case notStarted(JobFailure)
        case stopRequested(StopReason)
        /// - fraction: how far the job is.
        case workerEnded(WorkerOutcome, fraction: Double)
        case stored(JobResult)
        case notStored(JobFailure)
        case resumeRequested
    }

    enum Action: Sendable, Equatable {
        case terminateWorker
        case storeResult
    }

    /// What an event led to: the states the job went through, in order, and what the shell must do now.
    struct Decision: Sendable, Equatable {
        var states: [JobState] = []
        var action: Action?
    }

    enum Refusal: Error, Equatable {
        case wrongState(allowed: [JobState])
        case finishing
    }

    /// - Parameter crashLimit: crashes in a row without progress after which the job has failed; at least 1.
    mutating func handle(_ event: Event, crashLimit: Int) throws(Refusal) -> Decision {
        switch (state, event) {
        case (.queued, .started):
            return move(to: .running)
        case (.running, .notStarted(let failure)):
            return fail(failure)
        case (.queued, .stopRequested(.cancel)):
            return move(to: .cancelled)
        case (.cancelled, .stopRequested(.cancel)):
            return Decision()  // asked twice
        case (.running, .stopRequested(let reason)):
            if finishing { throw .finishing }
            // A user's word outranks the clock, and the clock outranks what merely postpones the job.
            if stopping == nil || reason == .cancel || (reason == .timeLimit && stopping != .cancel) { stopping = reason }
            return Decision(action: .terminateWorker)
        case (.running, .workerEnded(let outcome, let fraction)) where !finishing:
            return end(outcome, fraction: fraction, crashLimit: crashLimit)
        case (.running, .stored(let result)) where finishing:
            self.result = result
            return move(to: .succeeded)
        case (.running, .notStored(let failure)) where finishing:
            return fail(failure)
        case (.failed, .resumeRequested), (.cancelled, .resumeRequested):
            crashes = 0
            failure = nil
            return again([])
        default:
            throw .wrongState(allowed: Self.allowed(for: event))
        }
    }

    private mutating func end(_ outcome: WorkerOutcome, fraction: Double, crashLimit: Int) -> Decision {
        switch (stopping, outcome) {
        case (.cancel, _):
            return move(to: .cancelled)
        case (_, .finished):
            finishing = true
            return Decision(action: .storeResult)
        case (_, .gaveUp(let failure)):
            return fail(failure)
        case (.timeLimit, _):
            return fail(
                .init(
                    code: "time_limit", title: "The job ran as long as it was allowed to",
                    detail: "It was stopped at \(Int(fraction * 100)) %; its checkpoint is kept."))
        case (.shutdown, _), (.takeover, _):
            return again(stopping == .takeover ? [.interrupted] : [])  // not the worker's fault: no crash is counted
        case (nil, .stopped):
            return crash("the worker was stopped by somebody else", fraction, crashLimit)
        case (nil, .crashed(let how)):
            return crash(how, fraction, crashLimit)
        }
    }

    /// A crashed worker must not lose the job, and a job that kills every worker must not run for ever.
    private mutating func crash(_ how: String, _ fraction: Double, _ crashLimit: Int) -> Decision {
        crashes = fraction > fractionAtCrash ? 1 : crashes + 1
        fractionAtCrash = max(fraction, fractionAtCrash)
        guard crashes < crashLimit else {
            let failure = JobFailure(
                code: "worker_crashed", title: "The worker died again and again without getting further",
                detail: "\(crashes) times in a row at \(Int(fraction * 100)) %; the last time \(how). Its output is in the job's log.")
            let decision = fail(failure)
            return Decision(states: [.interrupted] + decision.states)
        }
        return again([.interrupted])
    }

    private mutating func again(_ states: [JobState]) -> Decision {
        attempt += 1
        let decision = move(to: .queued)
        return Decision(states: states + decision.states)
    }

    private mutating func fail(_ failure: JobFailure) -> Decision {
        self.failure = failure
        return move(to: .failed)
    }

    private mutating func move(to next: JobState) -> Decision {
        state = next
        stopping = nil
        finishing = false
        return Decision(states: [next])
    }

    private static func allowed(for event: Event) -> [JobState] {
        switch event {
        case .started: [.queued]
        case .stopRequested(.cancel): [.queued, .running]
        case .resumeRequested: [.failed, .cancelled]
        default: [.running]
        }
    }
}
