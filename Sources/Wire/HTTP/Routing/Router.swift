import HTTPTypes

/// Finds the handler of a request by method and path, and turns what handlers throw into problems.
///
/// - A pattern is `/literal/{name}/…`; `{name}` is one non-empty segment, `{name...}` as the last one is all the rest (joined by `/`, may be empty).
/// - A literal beats a parameter, a parameter beats the rest.
/// - One trailing slash is ignored: `/v2/` is `/v2`. Any other empty segment matches nothing but the rest.
/// - HEAD is answered by the GET handler (the server leaves the body out). OPTIONS: 204 with `Allow`. Another method: 405 with `Allow` (RFC 9110 15.5.6).
package struct Router: Sendable {
    private var root = RouteNode()
    private let describe: @Sendable (any Error, ServerRequest) -> Problem
    private let finish: @Sendable (inout Problem, ServerRequest) -> Void

    /// - Parameters:
    ///   - describe: makes a problem of an error that is neither ``Problem`` nor ``HTTPError``; the place to log it. Without it: 500, no detail.
    ///   - finish: has the last word on every problem.
    package init(
        describe: @escaping @Sendable (any Error, ServerRequest) -> Problem = { _, _ in Problem(.internalServerError) },
        finish: @escaping @Sendable (inout Problem, ServerRequest) -> Void = { _, _ in }
    ) {
        self.describe = describe
        self.finish = finish
    }

    /// Adds a route. A second handler for the same method and pattern replaces the first.
    ///
    /// - Parameter staysOnLoop: for a handler that computes for less than some hundred microseconds between two waits: it stays where the request was read, which saves two
    ///   changes of thread. Any other runs on Swift's own threads.
    package mutating func on(_ method: HTTPRequest.Method, _ pattern: String, staysOnLoop: Bool = false, _ handler: @escaping Handler) {
        root.insert(pattern.split(separator: "/")[...], method: method, staysOnLoop: staysOnLoop, handler: handler)
    }

    /// The answer; never throws.
    package func handle(_ request: ServerRequest) async -> ServerResponse {
        do {
            return try await route(request)
        } catch {
            var problem =
                switch error {
                case let problem as Problem: problem
                case let error as HTTPError: error.problem
                default: describe(error, request)
                }
            if problem.instance == nil { problem.instance = request.path }
            if problem.requestID == nil { problem.requestID = request.id }
            finish(&problem, request)
            return .problem(problem)
        }
    }

    private func route(_ request: ServerRequest) async throws -> ServerResponse {
        if request.head.path == "*" {  // RFC 9112 section 3.2.4: of the whole server, and only OPTIONS asks so
            guard request.method == .options else { throw Problem(.badRequest, detail: "the target * is for OPTIONS only") }
            return .empty(.noContent, fields: [.allow: root.allMethods])
        }
        var segments = request.segments[...]
        if segments.last == "" { segments.removeLast() }
        guard let match = root.find(segments) else { throw Problem(.notFound, detail: "no such resource: \(request.path)") }
        let handlers = match.node.handlers
        guard let route = handlers[request.method] ?? (request.method == .head ? handlers[.get] : nil) else {
            if request.method == .options { return .empty(.noContent, fields: [.allow: match.node.allow]) }
            throw Problem(.methodNotAllowed, detail: "allowed here: \(match.node.allow)", fields: [.allow: match.node.allow])
        }
        var request = request
        for (name, value) in zip(route.names, match.values) { request.parameters[name] = value }
        if route.staysOnLoop { return try await route.handler(request) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { [request] in try await route.handler(request) }
    }
}
