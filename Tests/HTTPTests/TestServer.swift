import Foundation
import HTTPTypes
import Sockets
import Synchronization
import Testing

@testable import HTTP

/// A real server on a free loopback port while `body` runs.
enum TestServer {
    static func run(
        address: SocketAddress = .loopback(), limits: ConnectionLimits = ConnectionLimits(),
        configure: (inout HTTPServerConfiguration) -> Void = { _ in },
        handler: @escaping @Sendable (ServerRequest) async throws -> ServerResponse,
        _ body: (SocketAddress, HTTPServer) async throws -> Void
    ) async throws {
        var configuration = HTTPServerConfiguration(address: address)
        configuration.limits = limits
        configuration.tick = .milliseconds(20)
        configure(&configuration)
        let server = HTTPServer(configuration: configuration) { request in
            do { return try await handler(request) } catch {
                return .problem((error as? Problem) ?? (error as? HTTPError)?.problem ?? Problem(.internalServerError, detail: "\(error)"))
            }
        }
        let bound = try server.start()
        do { try await body(bound, server) } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
        await server.shutdown(grace: .zero)
        #expect(server.connectionCount == 0)
    }

    static func get(_ path: String, _ fields: String = "", close: Bool = true) -> String {
        "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\(close ? "Connection: close\r\n" : "")\r\n"
    }

    /// Waits up to 10 s for something that happens on another thread.
    static func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<1000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        return condition()
    }

    /// What a count that has begun comes to rest at: unchanged for half a second, on a machine that may be busy with other tests. At most 30 s.
    static func settled(_ count: () -> Int) async throws -> Int {
        var last = 0
        var quiet = 0
        for _ in 0..<600 where quiet < 10 {
            try await Task.sleep(for: .milliseconds(50))
            let now = count()
            quiet = now == last && now > 0 ? quiet + 1 : 0
            last = now
        }
        return last
    }
}

/// A thing that several threads write and read.
final class Box<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>
    init(_ value: Value) { storage = Mutex(value) }
    var value: Value { storage.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { storage.withLock { body(&$0) } }
}
