/// What a connection needs from outside; injected, so that specs choose it.
struct ConnectionSurroundings: Sendable {
    /// Makes an identifier for a request that brought none.
    let makeRequestID: @Sendable () -> String
    /// The value of `Date` for now.
    let date: @Sendable () -> [UInt8]
    let peer: String
}
