/// Where a job stands: `queued → running → succeeded | failed | cancelled`; `interrupted` after a crash, then `queued` again.
package enum JobState: String, Codable, Sendable, CaseIterable {
    case queued, running, interrupted, succeeded, failed, cancelled

    /// Whether nothing happens to the job any more by itself.
    package var isTerminal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}
