import Base
import Dispatch
import Foundation
import Sockets

/// A client that sends exactly the bytes that it is told to. Blocking calls run on a queue of its own, never on Swift's pool.
final class RawClient: Sendable {
    struct Answer: Sendable, Equatable {
        var status: Int
        /// Names in lower case.
        var fields: [String: String]
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Broken: Error { let reason: String }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw client")

    /// - Parameter receiveBuffer: bytes of the system's buffer; a small one makes a slow reader.
    init(_ address: SocketAddress, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(address.isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0, let found else { throw Broken(reason: "address") }
        defer { freeaddrinfo(found) }
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            throw SystemError(call: "connect", subject: address.description)
        }
    }

    deinit { close(descriptor) }

    private func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in queue.async { continuation.resume(with: Result(catching: work)) } }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await run { [descriptor] in
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Foundation.send(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw SystemError(call: "send", subject: "client") }
                offset += count
            }
        }
    }

    /// Up to `count` bytes; empty at the end.
    func receive(_ count: Int = 65536) async throws -> [UInt8] {
        try await run { [descriptor] in
            var bytes = [UInt8](repeating: 0, count: count)
            let got = recv(descriptor, &bytes, count, 0)
            guard got >= 0 else { throw SystemError(call: "recv", subject: "client") }
            return Array(bytes[..<got])
        }
    }

    func receiveToEnd() async throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let piece = try await receive()
            if piece.isEmpty { return all }
            all += piece
        }
    }

    /// FIN: no more will be sent.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// RST: the rude way to leave.
    func reset() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// All answers until the end of the connection. Understands lengths and chunks; bodiless for the statuses that are.
    func answers(headRequests: Bool = false) async throws -> [Answer] {
        try Self.parse(try await receiveToEnd(), headRequests: headRequests)
    }

    static func parse(_ bytes: [UInt8], headRequests: Bool = false) throws -> [Answer] {
        var answers: [Answer] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            var lines: [String] = []
            while true {
                guard let end = rest.firstIndex(of: 10), rest[end - 1] == 13 else {
                    throw Broken(reason: "head: \(String(decoding: rest, as: UTF8.self))")
                }
                let line = String(decoding: rest[rest.startIndex..<end - 1], as: UTF8.self)
                rest = rest[(end + 1)...]
                if line.isEmpty { break }
                lines.append(line)
            }
            guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3)) else {
                throw Broken(reason: "status: \(lines)")
            }
            var answer = Answer(status: status, fields: [:], body: [])
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { throw Broken(reason: line) }
                answer.fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
            if !headRequests, let length = answer.fields["content-length"].flatMap({ Int($0) }) {
                guard rest.count >= length else { throw Broken(reason: "\(rest.count) of \(length) bytes") }
                answer.body = Array(rest.prefix(length))
                rest = rest.dropFirst(length)
            } else if !headRequests, answer.fields["transfer-encoding"] == "chunked" {
                var decoder = Chunks()
                rest = try decoder.decode(rest)
                answer.body = decoder.content
            }
            answers.append(answer)
        }
        return answers
    }

    /// An independent reader of chunks, line by line.
    private struct Chunks {
        var content: [UInt8] = []

        mutating func decode(_ bytes: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
            var rest = bytes
            while true {
                guard let end = rest.firstIndex(of: 10),
                    let size = Int(String(decoding: rest[rest.startIndex..<end - 1], as: UTF8.self), radix: 16)
                else {
                    throw Broken(reason: "chunk")
                }
                rest = rest[(end + 1)...]
                guard rest.count >= size + 2 else { throw Broken(reason: "chunk cut") }
                content += rest.prefix(size)
                rest = rest.dropFirst(size + 2)
                if size == 0 { return rest }
            }
        }
    }
}
