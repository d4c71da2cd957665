import HTTPTypes

/// One finished exchange, for the access log and the metrics.
package struct AccessRecord: Sendable, Equatable {
    /// Nil where the request could not be read.
    package let method: HTTPRequest.Method?
    /// The path without the query (which may hold what does not belong in a log); "" where the request could not be read.
    package let path: String
    package let status: Int
    /// Bytes of the answer, head included, given to the socket.
    package let bytes: Int
    /// From the complete head of the request to the last byte of the answer given to the socket.
    package let duration: Duration
    package let requestID: String
    package let peer: String
    /// Whether the answer was given in full.
    package let complete: Bool
}
