import HTTPTypes

/// Writes the head of an answer. Pure. Source: RFC 9112 sections 4 and 6.
enum ResponseHeadWriter {
    /// How the client learns the end of the body.
    enum Framing: Sendable, Equatable {
        /// The status allows none (1xx, 204, 304).
        case none
        case length(Int)
        case chunked
        /// The end of the connection is the end of the body: only for HTTP/1.0.
        case untilClose
    }

    /// `HTTP/1.1 100 Continue` and the empty line.
    static let interim: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Fields that only the server may set; a handler's are left out.
    private static func isOurs(_ name: HTTPField.Name) -> Bool {
        switch name {
        case .contentLength, .transferEncoding, .connection, .date, .requestID: true
        default: false
        }
    }

    /// - Parameters:
    ///   - date: the value of `Date`.
    ///   - connection: the value of `Connection`, nil to leave it out.
    ///   - room: bytes that the caller will append, so that memory is taken once.
    static func write(
        status: HTTPResponse.Status, fields: HTTPFields, framing: Framing, date: [UInt8], connection: StaticString?, requestID: String,
        room: Int
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(384 + room)
        bytes += "HTTP/1.1 ".utf8
        append(status.code, to: &bytes)
        bytes.append(32)
        bytes += ReasonPhrase.of(status).utf8
        bytes += "\r\ndate: ".utf8
        bytes += date
        for field in fields where !isOurs(field.name) {
            bytes += "\r\n".utf8
            bytes += field.name.canonicalName.utf8
            bytes += ": ".utf8
            field.withUnsafeBytesOfValue { bytes += $0 }  // HTTPField lets no CR, LF or NUL in: an answer cannot be split
        }
        switch framing {
        case .none, .untilClose: break
        case .length(let length):
            bytes += "\r\ncontent-length: ".utf8
            append(length, to: &bytes)
        case .chunked: bytes += "\r\ntransfer-encoding: chunked".utf8
        }
        if let connection {
            bytes += "\r\nconnection: ".utf8
            connection.withUTF8Buffer { bytes += $0 }
        }
        bytes += "\r\nx-request-id: ".utf8
        bytes += requestID.utf8
        bytes += "\r\n\r\n".utf8
        return bytes
    }

    /// `size CR LF` of a chunk (RFC 9112 section 7.1).
    static func chunkHead(_ size: Int) -> [UInt8] { Array(String(size, radix: 16).utf8) + [13, 10] }
    /// The last chunk and the empty trailer section.
    static let lastChunk: [UInt8] = Array("0\r\n\r\n".utf8)

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
    }
}
