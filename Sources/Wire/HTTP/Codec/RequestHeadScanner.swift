import Foundation

/// Finds the end of a request's head in bytes that come in pieces, and looks at each byte once.
struct RequestHeadScanner: Sendable {
    /// How many bytes from the beginning of the request were looked at.
    private var scanned = 0
    private var lineStart = 0
    private var hasRequestLine = false

    /// - Parameter bytes: all unused input, which begins with the request and has grown since the last call.
    /// - Returns: the length of the head with its empty line; nil when more bytes are needed.
    mutating func end(in bytes: UnsafeBufferPointer<UInt8>, limits: ConnectionLimits) throws(RequestFault) -> Int? {
        guard let base = bytes.baseAddress, let first = bytes.first else { return nil }
        // What cannot be a method is refused at once: a TLS client hello would wait for us until the timeout.
        guard first.isTokenCharacter else { throw .malformedRequestLine("not a method") }
        while scanned < bytes.count, let found = memchr(base + scanned, 10, bytes.count - scanned) {
            let feed = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            guard feed > 0, bytes[feed - 1] == 13 else { throw .bareLineFeed }  // RFC 9112 section 2.2
            if !hasRequestLine, feed - 1 > limits.requestLineBytes { throw .requestLineTooLong(limit: limits.requestLineBytes) }
            scanned = feed + 1
            if feed - 1 == lineStart, hasRequestLine {
                guard scanned <= limits.headBytes else { throw .headTooLarge(limit: limits.headBytes) }
                return scanned
            }
            hasRequestLine = true
            lineStart = scanned
        }
        scanned = bytes.count
        if !hasRequestLine, bytes.count > limits.requestLineBytes { throw .requestLineTooLong(limit: limits.requestLineBytes) }
        if bytes.count > limits.headBytes { throw .headTooLarge(limit: limits.headBytes) }
        return nil
    }
}
