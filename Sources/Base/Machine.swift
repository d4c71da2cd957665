import Foundation

/// The machine that this process runs on.
package struct Machine: Sendable, Equatable {
    package let cores: Int
    package let memoryBytes: Int
    /// Such as `Linux 6.1.0 x86_64`.
    package let platform: String

    /// Reads it from the system; cores are those that this process may use (its affinity mask).
    package static func current() -> Machine {
        var facts = utsname()
        uname(&facts)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return Machine(
            cores: max(1, ProcessInfo.processInfo.activeProcessorCount), memoryBytes: Int(clamping: ProcessInfo.processInfo.physicalMemory),
            platform: "\(text(facts.sysname)) \(text(facts.release)) \(text(facts.machine))")
    }
}
