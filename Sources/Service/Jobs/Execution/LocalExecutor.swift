import Base
import Foundation

/// Runs each worker as a child process of its own process group: `PROGRAM ARGUMENTS… JOB_DIRECTORY --threads N`.
package struct LocalExecutor: JobExecutor {
    package let program: URL
    package let arguments: [String]
    package let slots: Int
    package let threadsPerSlot: Int
    package let environment: [String: String]

    package init(program: URL, arguments: [String] = ["worker"], slots: Int, threadsPerSlot: Int, environment: [String: String] = [:]) {
        self.program = program
        self.arguments = arguments
        self.slots = slots
        self.threadsPerSlot = threadsPerSlot
        self.environment = environment
    }

    package func start(_ launch: WorkerLaunch, onExit: @escaping @Sendable (WorkerExit) -> Void) throws -> any RunningWorker {
        throw JobsError.shuttingDown
    }
    package func survivor(of job: ULID, directory: URL, onExit: @escaping @Sendable (WorkerExit) -> Void) -> (any RunningWorker)? { nil }
}
