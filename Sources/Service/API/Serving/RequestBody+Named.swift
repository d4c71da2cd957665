import HTTP

extension RequestBody {
    /// The whole body in memory.
    ///
    /// - Throws: ``APIError/tooLarge(what:limit:)`` naming `what`; else as `collect(limit:)`.
    func collect(limit: Int, called what: String) async throws -> [UInt8] {
        do {
            return try await collect(limit: limit)
        } catch let error {
            guard error == .bodyTooLarge(limit: limit) else { throw error }
            throw APIError.tooLarge(what: what, limit: limit)
        }
    }
}
