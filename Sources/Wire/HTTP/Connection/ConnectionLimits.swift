/// What one connection may cost. Every default states its reason.
package struct ConnectionLimits: Sendable {
    /// Bytes of request line and fields together. 16 KiB: twice what browsers send with large cookies.
    package var headBytes = 16 << 10
    /// Bytes of the request line alone. 8 KiB: RFC 9112 section 3 asks for 8000 at least.
    package var requestLineBytes = 8 << 10
    /// Fields of a request, and of a trailer section.
    package var fields = 100
    /// From the first byte of a request (or the accept) to its complete head. 10 s: a slow mobile client needs 3.
    package var headTimeout: Duration = .seconds(10)
    /// Between two requests. 75 s: longer than the 60 s of most proxies, so that they close first.
    package var idleTimeout: Duration = .seconds(75)
    /// Without one byte of the body while the handler waits for it.
    package var bodyTimeout: Duration = .seconds(30)
    /// Without one byte of the answer taken by the client.
    package var writeTimeout: Duration = .seconds(30)
    /// How long a closing connection still listens, so that the client can read the answer before a reset (RFC 9112 section 9.6).
    package var lingerTimeout: Duration = .seconds(5)
    /// Bytes of an unread body that are thrown away to keep a connection; a longer rest closes it. 64 KiB: cheaper than a new connection.
    package var drainBytes = 64 << 10
    /// Bytes of further (pipelined) requests that are held while one is answered.
    package var pipelinedBytes = 64 << 10
    /// Bytes of an answer that wait for the client before the writer has to wait.
    package var outputBytes = 256 << 10

    package init() {}
}
