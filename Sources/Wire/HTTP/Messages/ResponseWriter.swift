/// The handler's end of a streamed answer.
package struct ResponseWriter: Sendable {
    private let sink: @Sendable ([UInt8]) async throws -> Void

    /// A writer that hands its bytes to `sink`; specs of handlers collect them.
    package init(_ sink: @escaping @Sendable ([UInt8]) async throws -> Void) { self.sink = sink }

    /// Returns when the bytes are on their way; waits while the client is slow. Empty bytes are nothing.
    ///
    /// - Throws: ``HTTPError/clientGone``, or ``HTTPError/cancelled`` when the task was cancelled (the server is shutting down).
    package func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await sink(bytes)
    }

    package func write(_ text: String) async throws { try await write(Array(text.utf8)) }
    package func send(_ event: ServerSentEvent) async throws { try await write(event.bytes) }
}
