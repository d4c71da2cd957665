import Foundation
import HTTP
import HTTPTypes
import Sockets
import Synchronization

/// A hub on loopback: our own HTTP server with a handler of the spec, which keeps what it was asked.
struct Hub: Sendable {
    /// The path and the fields of one request.
    struct Asked: Sendable {
        let path: String
        let range: String?
        let ifRange: String?
    }

    final class Log: Sendable {
        private let requests = Mutex<[Asked]>([])
        var all: [Asked] { requests.withLock { $0 } }
        /// - Returns: how many requests for this path came before.
        func note(_ request: ServerRequest) -> Int {
            requests.withLock { requests in
                defer {
                    requests.append(Asked(path: request.path, range: request.fields[.range], ifRange: request.fields[.ifRange]))
                }
                return requests.count { $0.path == request.path }
            }
        }
    }

    let address: String
    let log: Log

    func url(_ path: String) throws -> URL {
        guard let url = URL(string: address + path) else { throw URLError(.badURL) }
        return url
    }

    /// - Parameter answer: gets the request and how many came for its path before.
    static func with<Result>(
        _ answer: @escaping @Sendable (ServerRequest, Int) async throws -> ServerResponse, _ body: (Hub) async throws -> Result
    )
        async throws -> Result
    {
        let log = Log()
        let server = HTTPServer(configuration: HTTPServerConfiguration(address: .loopback())) { request in
            do { return try await answer(request, log.note(request)) } catch let problem as Problem { return .problem(problem) } catch {
                return .empty(.internalServerError)
            }
        }
        let address = try server.start()
        do {
            let result = try await body(Hub(address: "http://\(address)", log: log))
            await server.shutdown(grace: .seconds(1))
            return result
        } catch {
            await server.shutdown(grace: .seconds(1))
            throw error
        }
    }
}
