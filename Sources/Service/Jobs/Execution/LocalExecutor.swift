import Base
import Foundation

/// Runs each worker as a child process of its own process group: `PROGRAM ARGUMENTS… JOB_DIRECTORY --threads N`.
///
/// A worker gets nothing of the service but what stands here: no open file, default signals, a short environment, output to the job's `log.txt`.
package struct LocalExecutor: JobExecutor {
    /// The environment variable by which a worker can be found: it holds the job's identifier.
    package static let jobVariable = "ALIQUOT_JOB"
    private static let inheritedNames: Set<String> = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH"]
    private static let inheritedPrefixes = ["DNNL_", "ONEDNN_", "GOMP_", "SWIFT_BACKTRACE"]

    package let program: URL
    package let arguments: [String]
    package let slots: Int
    package let threadsPerSlot: Int
    /// Goes over everything else in a worker's environment.
    package let environment: [String: String]
    /// How much workers give way to the service: 0 not at all, 19 most. Training must not make an answer wait.
    package let niceness: Int32

    /// - Parameters:
    ///   - slots: workers at the same time, at least 1.
    ///   - threadsPerSlot: threads of a worker whose job does not say, at least 1.
    package init(
        program: URL, arguments: [String] = ["worker"], slots: Int, threadsPerSlot: Int, environment: [String: String] = [:],
        niceness: Int32 = 5
    ) {
        self.program = program
        self.arguments = arguments
        self.slots = max(1, slots)
        self.threadsPerSlot = max(1, threadsPerSlot)
        self.environment = environment
        self.niceness = niceness
    }

    package func start(_ launch: WorkerLaunch, onExit: @escaping @Sendable (WorkerExit) -> Void) throws -> any RunningWorker {
        let files = JobFiles(launch.directory)
        let threads = launch.threads ?? threadsPerSlot
        let command = [program.path] + arguments + [launch.directory.path, "--threads", "\(threads)"]
        let pid = try ProcessSpawn.spawn(command, environment: workerEnvironment(launch.job, threads: threads), output: files.log)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(pid), niceness)
        let worker = LocalWorker(pid: pid, onExit: onExit)
        do {
            guard let identity = WorkerIdentity(living: pid) else { return worker }  // already over: the reaper says how
            try AtomicFile.write(try JSONEncoder().encode(identity), to: files.worker)
        } catch {
            worker.kill()
            throw error
        }
        return worker
    }

    package func survivor(of job: ULID, directory: URL, onExit: @escaping @Sendable (WorkerExit) -> Void) -> (any RunningWorker)? {
        guard let identity = WorkerIdentity.noted(in: JobFiles(directory)) ?? WorkerIdentity.marked(with: job) else { return nil }
        return SurvivingWorker(identity, onExit: onExit)
    }

    /// The environment of a worker. libgomp reads the OMP variables once, when it is loaded, so they cannot be set later.
    func workerEnvironment(_ job: ULID, threads: Int) -> [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in
            Self.inheritedNames.contains(name) || Self.inheritedPrefixes.contains { name.hasPrefix($0) }
        }
        variables["OMP_NUM_THREADS"] = "\(threads)"
        variables["OMP_DYNAMIC"] = "FALSE"  // the same number of threads each time: the same bits
        variables["OMP_WAIT_POLICY"] = "PASSIVE"  // threads that spin would take the cores from the service's answers
        variables[Self.jobVariable] = job.description
        return variables.merging(environment) { _, given in given }
    }
}
