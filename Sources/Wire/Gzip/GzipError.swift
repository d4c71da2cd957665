/// Why bytes could not be packed or unpacked.
package enum GzipError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not a gzip stream, or a broken or truncated one; zlib's own words where it has any.
    case malformed(String)
    /// Unpacked it has more bytes than are allowed.
    case tooLarge(limit: Int)
    /// zlib could not begin (out of memory, or another version than this was built for).
    case unavailable(code: Int32)

    package var description: String {
        switch self {
        case .malformed(let detail): "not a gzip stream (RFC 1952): \(detail)"
        case .tooLarge(let limit): "unpacked it has more than \(limit) bytes"
        case .unavailable(let code): "zlib gave \(code)"
        }
    }
}
