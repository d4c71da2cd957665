import Foundation

/// The body of an answer.
package enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// A file, or the bytes of it in `range`. Read in pieces off the event queues.
    case file(URL, range: Range<Int>?)
    /// Chunked: the closure writes as it likes; `write` suspends while the client is slow and throws when the client is gone.
    case stream(@Sendable (ResponseWriter) async throws -> Void)
}
