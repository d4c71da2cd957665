import Base
import Foundation
import Jobs

/// What can be set about a service. Every default states its reason.
package struct ServiceSettings: Sendable {
    /// Numeric address or `localhost`. Loopback: nobody else can reach it until it is asked for.
    package var host = "127.0.0.1"
    /// 0 asks the system for a free port.
    package var port: UInt16 = 8080
    package var data: URL
    /// Whether an address that others can reach is allowed although no token is asked for.
    package var isInsecureAllowed = false
    /// Names besides numeric addresses and `localhost` under which a service on a loopback address may be addressed (``HostRule``): that of a proxy before it.
    package var allowedHosts: Set<String> = []
    /// Jobs that run at the same time. 1: a training uses all cores well by itself.
    package var workers = 1
    /// Threads of one job; nil: the cores divided among the workers.
    package var threadsPerJob: Int?
    /// The dashboard's folder; nil: the usual places are looked at.
    package var publicFolder: URL?
    /// Model versions kept in memory. 4: a model takes some tens of megabytes and a second to load.
    package var modelsInMemory = 4
    /// Megabytes of models kept in memory; nil: a quarter of the machine's, so that a training has the rest.
    package var modelMemory: Int?
    /// Forward passes of one model at the same time; nil: as many as there are cores, a thread each: no thread ever waits for another inside a network.
    package var lanes: Int?
    /// Most pictures that go through a network together. 4: what gains from company gains it with four.
    package var maxBatch = 4
    /// How long a picture waits for company, microseconds. 0: what comes while a lane is busy is company enough.
    package var maxDelay = 0
    /// Pictures of one model inside the service, waiting or worked on; one more is answered 503. Nil: four for each lane, at least eight, so that even the last
    /// one waits no longer than four forward passes: at five times what can be answered, p99 is then 1.3 times that of eight clients; with eight for each lane 3.4 times.
    package var queue: Int?
    /// Explanations inside the service, of all models together; one more is answered 503. Nil: two for each lane. Fewer than `queue`, so that pictures to classify
    /// always find places too; an explanation takes a float pass of a lane (6 % more for `mobilenet_v2`), and its overlay a decoded picture.
    package var explanations: Int?
    /// From the first SIGTERM until requests under way are cut.
    package var requestGrace: Duration = .seconds(20)
    /// From the first SIGTERM until workers are killed; a step and a checkpoint at a large size take seconds.
    package var workerGrace: Duration = .seconds(30)
    /// What is started for a job: this very program. `/proc/self/exe` still names it when its file was replaced meanwhile.
    package var workerProgram = URL(fileURLWithPath: "/proc/self/exe")
    package var workerArguments = ["worker"]

    package init(data: URL) { self.data = data }

    /// Numbers that make no sense are refused before anything is opened.
    /// - Throws: ``ServiceError/outOfRange(name:got:allowed:)``
    package func validate(_ machine: Machine) throws(ServiceError) {
        func check(_ name: String, _ got: Int, _ allowed: ClosedRange<Int>) throws(ServiceError) {
            guard allowed.contains(got) else { throw .outOfRange(name: name, got: got, allowed: allowed) }
        }
        try check("--workers", workers, 1...64)
        try check("--threads-per-job", threadsPerJob ?? 1, 1...max(1, machine.cores))
        try check("--models-in-memory", modelsInMemory, 1...64)
        try check("--model-memory", modelMemory ?? 1, 1...1_048_576)
        try check("--lanes", lanes ?? 1, 1...64)
        try check("--max-batch", maxBatch, 1...64)
        try check("--max-delay", maxDelay, 0...1_000_000)
        try check("--queue", queue ?? 1, 1...100_000)
        try check("--explanations", explanations ?? 1, 1...1000)
    }

    /// Threads of one job.
    func threads(_ machine: Machine) -> Int { threadsPerJob ?? max(1, machine.cores / workers) }

    /// What carries jobs out.
    func executor(_ machine: Machine) -> LocalExecutor {
        LocalExecutor(program: workerProgram, arguments: workerArguments, slots: workers, threadsPerSlot: threads(machine))
    }
}
