import ArgumentParser
import EngineOneDNN
import Foundation
import Jobs
import TrainingJobs

/// `aliquot worker`: carries out one job; started by the service for each.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Carries out the job of a directory. The service starts it; by hand it takes an interrupted job up again.",
        discussion:
            "Exit status 0: result/ is complete. 75: stopped by SIGTERM, the checkpoint is kept. 1: failed, the reason is in result/error.json."
    )

    @Argument(help: ArgumentHelp("The job's folder, DATA/jobs/ID.", valueName: "job-directory")) var directory: String
    @Option(help: "Threads to compute with (default: all cores).") var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard threads >= 1 else { throw ValidationError("--threads is \(threads), allowed is 1 or more") }
    }

    func run() async throws {
        StopSignal.install()
        let job = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL
        let status = await runJob(directory: job, threads: threads, backend: OneDNNBackend())
        throw ExitCode(status)
    }
}
