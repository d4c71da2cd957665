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

    @Option(help: "Seconds of work that a kill may lose; 0: a checkpoint after every step.") var checkpointSeconds = 5.0

    func validate() throws {
        guard (0...3600).contains(checkpointSeconds) else {
            throw ValidationError("--checkpoint-seconds is \(checkpointSeconds), allowed is 0 to 3600")
        }
        guard threads >= 1 else { throw ValidationError("--threads is \(threads), allowed is 1 or more") }
    }

    func run() async throws {
        StopSignal.install()
        let job = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL
        let status = await runJob(
            directory: job, threads: threads, checkpointInterval: .seconds(checkpointSeconds), backend: OneDNNBackend())
        throw ExitCode(status)
    }
}
