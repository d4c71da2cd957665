import Foundation

/// What a process holds of the machine.
struct ServiceFootprint: Encodable {
    let residentBytes: Int
    let descriptors: Int
    /// Processor time so far, all threads together.
    let cpuMs: Double

    /// Nil where the system does not tell.
    init?(of process: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            let times = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
        else { return nil }
        // proc(5): fields 14 and 15 in clock ticks; the name in brackets may hold spaces.
        let fields = (times.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        cpuMs = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))) * 1e3
        residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        descriptors = open.count
    }
}
