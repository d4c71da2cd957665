import Base
import Foundation

/// Which process works at a job, so that a later service can find it: `worker.json`. A process number alone would be reused.
struct WorkerIdentity: Codable, Sendable, Equatable {
    let pid: Int32
    /// Start of the process in clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)).
    let startTime: UInt64
    let bootID: String

    private enum CodingKeys: String, CodingKey {
        case pid
        case startTime = "start_time"
        case bootID = "boot_id"
    }

    /// The process of that number; nil if there is none or only its corpse.
    init?(living pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let boot = Self.bootID else { return nil }
        // The second field, the program's name in parentheses, may itself hold spaces and parentheses: count from the last one.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let start = UInt64(fields[19]) else { return nil }
        self.pid = pid
        startTime = start
        bootID = boot
    }

    /// Whether this very process still lives.
    var isAlive: Bool { WorkerIdentity(living: pid) == self }

    private static let bootID = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).trimmingCharacters(
        in: .whitespacesAndNewlines)

    /// The worker noted in `worker.json`, if it lives.
    static func noted(in files: JobFiles) -> WorkerIdentity? {
        guard let data = try? Data(contentsOf: files.worker), let identity = try? JSONDecoder().decode(WorkerIdentity.self, from: data)
        else { return nil }
        return identity.isAlive ? identity : nil
    }

    /// A process that bears the job's mark in its environment: for a service that died between starting a worker and noting it. O(processes).
    static func marked(with job: ULID) -> WorkerIdentity? {
        let mark = Data("\(LocalExecutor.jobVariable)=\(job)\0".utf8)
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        for pid in pids where pid != getpid() {
            guard let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ")), environment.range(of: mark) != nil
            else { continue }
            // The group's leader is the worker; others are its children.
            if getpgid(pid) == pid, let identity = WorkerIdentity(living: pid) { return identity }
        }
        return nil
    }
}
