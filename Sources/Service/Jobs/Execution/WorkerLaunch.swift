import Base
import Foundation

/// What a worker is started for.
package struct WorkerLaunch: Sendable, Equatable {
    package let job: ULID
    package let directory: URL
    /// Threads the job asked for; nil: the share of the slot.
    package let threads: Int?

    package init(job: ULID, directory: URL, threads: Int?) {
        self.job = job
        self.directory = directory
        self.threads = threads
    }
}
