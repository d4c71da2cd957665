import Base
import Foundation

/// Connections that this side opens: for tools and loads; the service opens none.
package enum ClientSocket {
    /// - Returns: a blocking descriptor that the caller closes.
    /// - Throws: `SystemError`; ``SocketsError/malformedAddress(got:)``.
    package static func connected(to address: SocketAddress) throws -> Int32 {
        guard var storage = address.storage else { throw SocketsError.malformedAddress(got: address.host) }
        let descriptor = socket(address.isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", subject: "\(address)") }
        let length = socklen_t(address.isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard status == 0 else {
            let error = SystemError(call: "connect", subject: "\(address)")
            close(descriptor)
            throw error
        }
        return descriptor
    }
}
