/// A worker that was started and may still run.
package protocol RunningWorker: Sendable {
    /// Its process, where it has one on this machine.
    var processIdentifier: Int32? { get }
    /// Asks it to keep a checkpoint and stop (SIGTERM). Nothing happens if it has ended.
    func terminate()
    /// Ends it and everything it started (SIGKILL). Nothing happens if it has ended.
    func kill()
}
