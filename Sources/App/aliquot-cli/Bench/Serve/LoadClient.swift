import Base
import Foundation
import Sockets

/// One keep-alive connection of a load: sends ready-made requests and reads the answers' heads. Blocking, for one thread; it costs a few microseconds a request, so
/// that what is measured is the service.
final class LoadClient {
    struct Answer {
        var status: Int
        /// Seconds from the first byte sent to the last byte read.
        var seconds: Double
        /// `Server-Timing` in milliseconds; zero where the answer has none.
        var decode = 0.0
        var queue = 0.0
        var infer = 0.0
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private let address: SocketAddress
    private var descriptor: Int32 = -1
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(_ address: SocketAddress) throws {
        self.address = address
        try connect()
    }

    deinit { close(descriptor) }

    /// The bytes of a POST.
    static func post(_ path: String, to address: SocketAddress, type: String, body: [UInt8]) -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\nHost: \(address)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    /// - Throws: ``Broken``, `SystemError` where the connection fails. A connection that the service closed after an answer is opened anew the next time.
    func ask(_ request: [UInt8]) throws -> Answer {
        if descriptor < 0 { try connect() }
        let start = DispatchTime.now().uptimeNanoseconds
        var offset = 0
        while offset < request.count {
            let count = request.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: offset), request.count - offset, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            // Refused before all was read: the answer is there all the same.
            if count < 0, errno == EPIPE || errno == ECONNRESET { break }
            guard count > 0 else { throw SystemError(call: "send", subject: "\(address)") }
            offset += count
        }
        var length = 0
        var total = Int.max
        var answer = Answer(status: 0, seconds: 0)
        while length < total {
            if length == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress?.advanced(by: length), $0.count - length, 0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Broken(description: "the connection ended after \(length) bytes of an answer") }
            length += count
            if total == .max, let head = find("\r\n\r\n", in: length) {
                total = head + 4 + Int(number(after: "\r\nContent-Length: ", in: head + 2) ?? 0)
                answer = Answer(
                    status: Int(number(after: "HTTP/1.1 ", in: head) ?? 0), seconds: 0,
                    decode: number(after: "decode;dur=", in: head) ?? 0, queue: number(after: "queue;dur=", in: head) ?? 0,
                    infer: number(after: "infer;dur=", in: head) ?? 0)
            }
        }
        answer.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        if find("\r\nConnection: close", in: length) != nil || offset < request.count {
            close(descriptor)
            descriptor = -1
        }
        return answer
    }

    private func connect() throws {
        descriptor = try ClientSocket.connected(to: address)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private func find(_ text: StaticString, in length: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            let first = text.utf8Start[0]
            for place in 0..<max(0, length - text.utf8CodeUnitCount + 1) where bytes[place] == first {
                if memcmp(
                    bytes.baseAddress?.advanced(by: place) ?? UnsafeRawPointer(text.utf8Start), text.utf8Start, text.utf8CodeUnitCount) == 0
                {
                    return place
                }
            }
            return nil
        }
    }

    /// The decimal number behind `text`.
    private func number(after text: StaticString, in length: Int) -> Double? {
        guard let place = find(text, in: length) else { return nil }
        var value = 0.0
        var scale = 0.0
        for byte in buffer[(place + text.utf8CodeUnitCount)...] {
            if byte == UInt8(ascii: "."), scale == 0 {
                scale = 1
            } else if (48...57).contains(byte) {
                value = value * 10 + Double(byte - 48)
                scale *= 10
            } else {
                break
            }
        }
        return scale > 0 ? value / scale : value
    }
}
