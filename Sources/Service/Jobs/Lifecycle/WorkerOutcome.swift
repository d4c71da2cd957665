/// What the end of a worker means: its exit seen together with what it left in `result/`.
enum WorkerOutcome: Sendable, Equatable {
    /// `result/` is complete.
    case finished
    /// Stopped as asked, its checkpoint kept.
    case stopped
    /// It says itself why it cannot do the job.
    case gaveUp(JobFailure)
    /// It died without a word.
    case crashed(String)

    /// - Parameters:
    ///   - isDone: whether `result/done.json` stands, which the worker writes last: a worker that dies after it has finished all the same.
    ///   - failure: what `result/error.json` says.
    init(exit: WorkerExit, isDone: Bool, failure: JobFailure?) {
        if isDone {
            self = .finished
        } else if exit == .code(WorkerExitCode.stopped) {
            self = .stopped
        } else if let failure {
            self = .gaveUp(failure)
        } else {
            switch exit {
            case .code(WorkerExitCode.finished):
                self = .gaveUp(
                    .init(
                        code: "incomplete_result", title: "The worker left no complete result",
                        detail: "It exited with 0 but without result/done.json."))
            case .code(let code): self = .crashed("the worker exited with code \(code) and left no reason")
            case .signal(let number): self = .crashed("the worker died with signal \(number)")
            case .unknown: self = .crashed("the worker was gone when the service started")
            }
        }
    }
}
