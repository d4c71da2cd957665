import Base
import Foundation

/// A numeric IPv4 or IPv6 address and a port.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// Numeric, without brackets: `127.0.0.1`, `::1`, `fe80::1%2`.
    package let host: String
    /// 0 asks the system for a free port.
    package let port: UInt16

    /// - Throws: ``SocketsError/malformedAddress(got:)``. `localhost` means `127.0.0.1`; no other name is known.
    package init(host: String, port: UInt16) throws(SocketsError) {
        let host = host == "localhost" ? "127.0.0.1" : host
        self.init(unchecked: host, port: port)
        guard storage != nil else { throw .malformedAddress(got: host) }
    }

    private init(unchecked host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// 127.0.0.1.
    package static func loopback(port: UInt16 = 0) -> SocketAddress { SocketAddress(unchecked: "127.0.0.1", port: port) }
    /// ::1.
    package static func loopback6(port: UInt16 = 0) -> SocketAddress { SocketAddress(unchecked: "::1", port: port) }

    /// Whether only this machine can reach it (127.0.0.0/8, ::1).
    package var isLoopback: Bool { host == "::1" || (isIPv4 && host.hasPrefix("127.")) }
    package var isIPv4: Bool { host.contains(".") && !host.contains(":") }
    package var description: String { isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }

    /// The address for the system's calls; nil if `host` is not numeric.
    var storage: sockaddr_storage? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        var storage = sockaddr_storage()
        guard let address = found.pointee.ai_addr, Int(found.pointee.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else { return nil }
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(found.pointee.ai_addrlen)))
        }
        return storage
    }

    /// Reads what the system gave; nil for any other family than IPv4 and IPv6. An IPv4 address mapped into IPv6 is written as IPv4.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length: Int
        switch Int32(storage.ss_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        // Both families keep the port there.
        let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self).bigEndian }
        let result = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo($0, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard result == 0 else { return nil }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.init(unchecked: host.hasPrefix("::ffff:") && host.contains(".") ? String(host.dropFirst(7)) : host, port: port)
    }
}
