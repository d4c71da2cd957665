import ArgumentParser
import Foundation

/// The range of `--threads`.
enum ThreadsOption {
    static func validate(_ threads: Int?) throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        guard (1...cores).contains(threads ?? 1) else {
            throw ValidationError("--threads is \(threads ?? 0), allowed are 1 to \(cores), the cores of this machine")
        }
    }
}
