import Foundation

/// A system call that failed: its name, errno, and what it was done to.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let call: String
    package let code: Int32
    package let subject: String

    package init(call: String, code: Int32 = errno, subject: String) {
        self.call = call
        self.code = code
        self.subject = subject
    }

    package var description: String { "\(call)(\(subject)): \(String(cString: strerror(code)))" }
    /// Whether the disk is full or the quota used up (HTTP 507).
    package var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
}
