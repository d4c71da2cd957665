/// Answers a request. What it throws becomes a problem (``Router``).
package typealias Handler = @Sendable (ServerRequest) async throws -> ServerResponse
