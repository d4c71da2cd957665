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
    /// How long a connection may rest before it is closed to make room for a new client. 1 s: a client that has just connected, or been answered, is about to ask.
    package var sparedRest: Duration = .seconds(1)
    /// In which the body must bring ``progressBytes`` or its end while the handler waits for it.
    package var bodyTimeout: Duration = .seconds(30)
    /// In which the client must take ``progressBytes`` of the answer, or all of it.
    package var writeTimeout: Duration = .seconds(30)
    /// Bytes that renew the two clocks above. 8 KiB in 30 s are 273 bytes/s: slower than any modem, and a client that sends a byte now and then to hold a
    /// connection for ever (a slow POST, a slow read) is cut.
    package var progressBytes = 8 << 10
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
