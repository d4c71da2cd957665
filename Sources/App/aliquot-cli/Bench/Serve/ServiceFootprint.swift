import Foundation

/// What a process holds of the machine.
struct ServiceFootprint: Encodable {
    let residentBytes: Int
    let descriptors: Int

    /// Nil where the system does not tell.
    init?(of process: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
        else { return nil }
        residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        descriptors = open.count
    }
}
