import HTTPTypes

extension HTTPField.Name {
    /// Makes a name from a literal token. Total, so that no literal can crash; a spec checks that every name below kept its spelling.
    private static func known(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .server }

    /// `Host`; swift-http-types keeps it from its own users in favour of the authority, but a server must count it.
    static let hostField = known("Host")
    package static let requestID = known("X-Request-Id")
    package static let idempotencyKey = known("Idempotency-Key")
    package static let idempotentReplayed = known("Idempotent-Replayed")
    package static let lastEventID = known("Last-Event-ID")
    package static let serverTiming = known("Server-Timing")
    package static let forwardedFor = known("X-Forwarded-For")
    package static let keepAlive = known("Keep-Alive")
}
