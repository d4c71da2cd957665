import Testing

@testable import Jobs

@Suite("The life of a job")
struct JobLifecycleSpecs {
    static let broken = JobFailure(code: "broken", title: "Broken", detail: "It is.")

    /// A life after these events, none of which may be refused.
    static func life(_ events: [JobLifecycle.Event], crashLimit: Int = 3) throws -> JobLifecycle {
        var life = JobLifecycle()
        for event in events { _ = try life.handle(event, crashLimit: crashLimit) }
        return life
    }

    @Test("goes from queued over running and storing to succeeded")
    func success() throws {
        var life = try Self.life([.started])
        #expect(try life.handle(.workerEnded(.finished, fraction: 1), crashLimit: 3) == .init(states: [], action: .storeResult))
        #expect(life.state == .running && life.finishing)
        #expect(try life.handle(.stored(JobResult(version: 4)), crashLimit: 3) == .init(states: [.succeeded]))
        #expect(life.result?.version == 4 && life.attempt == 1)
    }

    @Test(
        "ends cancelled once that was asked, whatever the worker does",
        arguments: [WorkerOutcome.finished, .stopped, .gaveUp(broken), .crashed("SIGKILL")])
    func cancelWins(outcome: WorkerOutcome) throws {
        #expect(try Self.life([.started, .stopRequested(.cancel), .workerEnded(outcome, fraction: 0.5)]).state == .cancelled)
        // And also if the clock or a shutdown came before or after
        #expect(
            try Self.life([
                .started, .stopRequested(.shutdown), .stopRequested(.cancel), .stopRequested(.timeLimit),
                .workerEnded(outcome, fraction: 0),
            ]).state == .cancelled)
    }

    @Test("never starts after it was cancelled while it waited")
    func cancelledBeforeStart() throws {
        var life = try Self.life([.stopRequested(.cancel)])
        #expect(life.state == .cancelled)
        #expect(throws: JobLifecycle.Refusal.wrongState(allowed: [.queued])) { try life.handle(.started, crashLimit: 3) }
        // And cancelling twice is no error
        #expect(try life.handle(.stopRequested(.cancel), crashLimit: 3) == .init())
    }

    @Test("goes through interrupted back to queued when the worker crashes, with the next attempt")
    func crash() throws {
        var life = try Self.life([.started])
        #expect(try life.handle(.workerEnded(.crashed("SIGKILL"), fraction: 0.4), crashLimit: 3) == .init(states: [.interrupted, .queued]))
        #expect(life.attempt == 2 && life.crashes == 1)
    }

    @Test("fails after three crashes without progress, and not before")
    func crashLimit() throws {
        let crash = JobLifecycle.Event.workerEnded(.crashed("SIGSEGV"), fraction: 0.4)
        let two = try Self.life([.started, crash, .started, crash])
        #expect(two.state == .queued && two.attempt == 3)
        let three = try Self.life([.started, crash, .started, crash, .started, crash])
        #expect(three.state == .failed && three.failure?.code == "worker_crashed")
        // But progress in between starts the count again
        let further = JobLifecycle.Event.workerEnded(.crashed("SIGSEGV"), fraction: 0.5)
        #expect(try Self.life([.started, crash, .started, crash, .started, further]).state == .queued)
    }

    @Test("goes back to queued without a counted crash when the service stops or takes over")
    func shutdown() throws {
        for reason in [StopReason.shutdown, .takeover] {
            for outcome in [WorkerOutcome.stopped, .crashed("SIGKILL")] {
                let life = try Self.life([.started, .stopRequested(reason), .workerEnded(outcome, fraction: 0.1)])
                #expect(life.state == .queued && life.attempt == 2 && life.crashes == 0 && life.stopping == nil)
            }
        }
        // But a worker that finished all the same has finished
        #expect(try Self.life([.started, .stopRequested(.shutdown), .workerEnded(.finished, fraction: 1)]).finishing)
    }

    @Test("fails by the worker's own word, by the time limit, and if its result cannot be stored; then it can be resumed")
    func failureAndResume() throws {
        #expect(try Self.life([.started, .workerEnded(.gaveUp(Self.broken), fraction: 0)]).failure == Self.broken)
        #expect(
            try Self.life([.started, .stopRequested(.timeLimit), .workerEnded(.stopped, fraction: 0.25)]).failure?.code == "time_limit")
        var life = try Self.life([.started, .workerEnded(.finished, fraction: 1), .notStored(Self.broken)])
        #expect(life.state == .failed)
        #expect(try life.handle(.resumeRequested, crashLimit: 3) == .init(states: [.queued]))
        #expect(life.attempt == 2 && life.failure == nil)
    }

    @Test("cannot be cancelled while its result is being stored, nor changed once it has succeeded")
    func finishing() throws {
        var life = try Self.life([.started, .workerEnded(.finished, fraction: 1)])
        #expect(throws: JobLifecycle.Refusal.finishing) { try life.handle(.stopRequested(.cancel), crashLimit: 3) }
        _ = try life.handle(.stored(JobResult()), crashLimit: 3)
        for event in [
            JobLifecycle.Event.started, .stopRequested(.cancel), .resumeRequested, .workerEnded(.finished, fraction: 1),
            .stored(JobResult()), .notStored(Self.broken),
        ] {
            #expect(throws: JobLifecycle.Refusal.self) { try life.handle(event, crashLimit: 3) }
        }
        #expect(life.state == .succeeded)
    }

    @Test("reads the end of a worker from its exit and from what it left")
    func outcomes() {
        #expect(WorkerOutcome(exit: .code(0), isDone: true, failure: nil) == .finished)
        #expect(WorkerOutcome(exit: .signal(9), isDone: true, failure: nil) == .finished)  // died after its last word
        #expect(WorkerOutcome(exit: .unknown, isDone: true, failure: nil) == .finished)
        #expect(WorkerOutcome(exit: .code(75), isDone: false, failure: nil) == .stopped)
        #expect(WorkerOutcome(exit: .code(1), isDone: false, failure: Self.broken) == .gaveUp(Self.broken))
        for exit in [WorkerExit.code(1), .signal(11), .unknown] {
            guard case .crashed = WorkerOutcome(exit: exit, isDone: false, failure: nil) else {
                Issue.record("\(exit) is a crash")
                continue
            }
        }
        guard case .gaveUp(let failure) = WorkerOutcome(exit: .code(0), isDone: false, failure: nil) else {
            Issue.record("exit 0 without a complete result is a failure")
            return
        }
        #expect(failure.code == "incomplete_result")
    }

    @Test("tells the remaining time from how the work went on lately")
    func remainingTime() {
        var rate = RateEstimate()
        #expect(rate.remaining(at: 0) == nil)
        rate.record(fraction: 0.1, at: 10)
        #expect(rate.remaining(at: 10) == nil)
        // Given a fifth in 20 seconds, 0.7 are left: 70 seconds, and 5 of them have passed
        rate.record(fraction: 0.3, at: 30)
        #expect(abs((rate.remaining(at: 35) ?? 0) - 65) < 1e-9)
        // When the job is taken up again from an earlier checkpoint, then the old rate is forgotten
        rate.record(fraction: 0.2, at: 40)
        #expect(rate.remaining(at: 40) == nil)
    }
}
