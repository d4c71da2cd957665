import Base
import Engine
import Foundation
import Jobs

/// Which program made a report, where and when.
struct ReportOrigin: Sendable, Codable, Equatable {
    /// The job's identifier.
    let job: String
    let version: String
    /// The kernels' own name and version.
    let backend: String
    /// Such as `Linux 6.1.0 x86_64`.
    let platform: String
    /// Processor cores that the job could have used.
    let cores: Int
    let finishedAt: Timestamp

    private enum CodingKeys: String, CodingKey {
        case job, version, backend, platform, cores
        case finishedAt = "finished_at"
    }

    init(_ files: JobFiles, backend: any Backend, at time: Timestamp = .now()) {
        let machine = Machine.current()
        job = files.directory.lastPathComponent
        version = ProgramVersion.current
        self.backend = backend.description
        platform = machine.platform
        cores = machine.cores
        finishedAt = time
    }
}
