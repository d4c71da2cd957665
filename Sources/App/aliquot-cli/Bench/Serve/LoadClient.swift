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
        var head: Head?
        while length < head.map({ $0.bytes + $0.contentLength }) ?? .max {
            if length == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress?.advanced(by: length), $0.count - length, 0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Broken(description: "the connection ended after \(length) bytes of an answer") }
            length += count
            if head == nil { head = buffer.withUnsafeBytes { Head(UnsafeRawBufferPointer(rebasing: $0[..<length])) } }
        }
        var answer = head?.answer ?? Answer(status: 0, seconds: 0)
        answer.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        if head?.isLast ?? true || offset < request.count {
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

    /// What is looked at of an answer's head, in one pass over its lines.
    private struct Head {
        var answer = Answer(status: 0, seconds: 0)
        /// Of the head, with its empty line.
        var bytes = 0
        var contentLength = 0
        /// Whether the service closes the connection after it.
        var isLast = false

        /// - Returns: nil where the head is not whole yet.
        init?(_ text: UnsafeRawBufferPointer) {
            var rest = text[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = rest[..<end]
                rest = rest[(end + 1)...]
                if line.count <= 1 {
                    bytes = rest.startIndex
                    return
                } else if let value = Self.value("HTTP/1.1 ", line) {
                    answer.status = Int(Self.number(value))
                } else if let value = Self.value("Content-Length: ", line) {
                    contentLength = Int(Self.number(value))
                } else if let value = Self.value("Connection: ", line) {
                    isLast = Self.value("close", value) != nil
                } else if let value = Self.value("Server-Timing: ", line) {
                    for metric in value.split(separator: UInt8(ascii: ",")) {
                        let metric = metric.drop { $0 == UInt8(ascii: " ") }
                        if let value = Self.value("decode;dur=", metric) { answer.decode = Self.number(value) }
                        if let value = Self.value("queue;dur=", metric) { answer.queue = Self.number(value) }
                        if let value = Self.value("infer;dur=", metric) { answer.infer = Self.number(value) }
                    }
                }
            }
            return nil
        }

        /// What stands behind `name`; nil where the line begins otherwise. Names of fields have no case (RFC 9110 section 5.1).
        private static func value(_ name: StaticString, _ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer>? {
            let count = name.utf8CodeUnitCount
            guard line.count >= count, let start = line.base.baseAddress else { return nil }
            let text = (start + line.startIndex).assumingMemoryBound(to: CChar.self)
            let isSame = strncasecmp(text, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), count) == 0
            return isSame ? line.dropFirst(count) : nil
        }

        /// The decimal number at the beginning; 0 where there is none.
        private static func number(_ text: Slice<UnsafeRawBufferPointer>) -> Double {
            var value = 0.0
            var scale = 0.0
            for byte in text {
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
}
