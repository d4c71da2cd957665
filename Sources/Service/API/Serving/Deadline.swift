/// Ends work that a client wants by a time of its own.
enum Deadline {
    /// What routes that keep to a deadline are asked with.
    static let parameter = QueryParameter(
        "timeout_ms", .integer(1...600_000),
        "Milliseconds from the request's head within which an answer is wanted; 504 afterwards, and its place is free.")

    /// Runs `body`, which must end when its task is cancelled; what it held is free then.
    ///
    /// - Parameters:
    ///   - milliseconds: what is left; nil: no limit. Zero or less: too late already.
    ///   - asked: the limit that the client set, for the message; `milliseconds` if nil.
    /// - Throws: ``APIError/deadline(milliseconds:)``; what `body` throws.
    static func run<Result: Sendable>(
        milliseconds: Int?, of asked: Int? = nil, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let milliseconds else { return try await body() }
        let late = APIError.deadline(milliseconds: asked ?? milliseconds)
        guard milliseconds > 0 else { throw late }
        return try await withThrowingTaskGroup(of: Result.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .milliseconds(milliseconds))
                throw late
            }
            guard let first = try await group.next() else { throw late }
            return first
        }
    }
}
