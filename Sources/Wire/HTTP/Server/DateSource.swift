import Foundation
import Synchronization

/// The value of `Date` for now, written once a second. Source: RFC 9110 section 6.6.1.
final class DateSource: Sendable {
    private let last = Mutex<(second: Int, bytes: [UInt8])>((-1, []))

    func now() -> [UInt8] {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Array(HTTPDate(Double(second)).description.utf8)) }
            return last.bytes
        }
    }
}
