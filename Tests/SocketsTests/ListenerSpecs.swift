import Base
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Sockets

@Suite("The listener", .timeLimit(.minutes(1)))
struct ListenerSpecs {
    /// Accepted descriptors, and how many the listener may accept.
    final class Accepted: Sendable {
        private let descriptors = Mutex<[Int32]>([])
        func add(_ descriptor: Int32) -> Int {
            descriptors.withLock {
                $0.append(descriptor)
                return $0.count
            }
        }
        var count: Int { descriptors.withLock { $0.count } }
        func closeAll() { descriptors.withLock { for descriptor in $0 { close(descriptor) } } }

        func wait(for count: Int) async throws {
            for _ in 0..<500 where self.count < count { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// Connects a blocking client; -1 with errno where it is refused.
    static func connect(to address: SocketAddress) throws -> Int32 {
        var storage = try #require(address.storage)
        let client = socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue), 0)
        let length = socklen_t(address.isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Foundation.connect(client, $0, length) }
        }
        guard result == 0 else {
            let error = SystemError(call: "connect", subject: address.description)
            close(client)
            throw error
        }
        return client
    }

    @Test("tells the real port and hands connections on, over IPv4 and IPv6", arguments: [SocketAddress.loopback(), .loopback6()])
    func accepts(address: SocketAddress) async throws {
        let accepted = Accepted()
        let listener = try Listener(address: address, backlog: 8) { descriptor, peer in
            #expect(peer?.host == address.host)
            return accepted.add(descriptor) > 0
        }
        #expect(listener.address.port != 0 && listener.address.host == address.host)
        listener.resume()
        let client = try Self.connect(to: listener.address)
        try await accepted.wait(for: 1)
        #expect(accepted.count == 1)
        close(client)
        await listener.stop()
        accepted.closeAll()
        // Then nobody listens any more
        #expect(throws: SystemError(call: "connect", code: ECONNREFUSED, subject: listener.address.description)) {
            try Self.connect(to: listener.address)
        }
    }

    @Test("stops accepting when told to and goes on later, while the backlog holds the clients")
    func pauses() async throws {
        let accepted = Accepted()
        let listener = try Listener(address: .loopback(), backlog: 8) { descriptor, _ in accepted.add(descriptor) % 2 == 1 }
        listener.resume()
        let clients = try (0..<4).map { _ in try Self.connect(to: listener.address) }
        try await accepted.wait(for: 2)
        try await Task.sleep(for: .milliseconds(50))
        #expect(accepted.count == 2)
        listener.resume()
        try await accepted.wait(for: 4)
        #expect(accepted.count == 4)
        for client in clients { close(client) }
        await listener.stop()
        accepted.closeAll()
    }

    @Test("says which call failed on which address when the port is taken")
    func taken() async throws {
        let first = try Listener(address: .loopback(), backlog: 8) { _, _ in true }
        first.resume()
        #expect(throws: SocketsError.system(SystemError(call: "bind", code: EADDRINUSE, subject: first.address.description))) {
            try Listener(address: first.address, backlog: 8) { _, _ in true }
        }
        await first.stop()
    }
}
