import Foundation

/// What a finished child process left behind.
package struct CommandResult: Sendable {
    /// Exit status, or 128 + signal where a signal ended it (as a shell says it).
    package let status: Int32
    package let output: Data
    package let errors: Data
    /// Whether it was killed because its time was up.
    package let timedOut: Bool

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
}
