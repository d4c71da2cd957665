/// How a worker ended.
package enum WorkerExit: Sendable, Equatable {
    /// By itself, with this exit code.
    case code(Int32)
    /// By a signal.
    case signal(Int32)
    /// It is gone, and how is not known (a worker that outlived the service that had started it).
    case unknown
}
