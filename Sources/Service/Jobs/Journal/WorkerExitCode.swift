/// What a worker's exit code says.
package enum WorkerExitCode {
    /// `result/` is complete.
    package static let finished: Int32 = 0
    /// The reason is in `result/error.json`.
    package static let failed: Int32 = 1
    /// Stopped on SIGTERM with its checkpoint kept (`EX_TEMPFAIL` of sysexits.h).
    package static let stopped: Int32 = 75
}
