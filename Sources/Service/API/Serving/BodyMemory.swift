import HTTP
import Synchronization

/// The memory that pictures and tensors of all requests may take together while they are held whole.
///
/// Places in a model's line are given once a picture is there; until then a client that sends slowly holds memory. So that many such do not hold all of it, each body gets
/// its bytes before the first of them is read.
package final class BodyMemory: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    /// - Parameter limit: bytes; one body is let in however large it is.
    package init(limit: Int) { self.limit = limit }

    /// Bytes of the requests that are inside.
    package var bytes: Int { taken.withLock { $0 } }

    /// Runs `use`, which may read the request's body, while its bytes are counted: those that it declares, or `most` where it declares none.
    ///
    /// - Parameter copies: how many times the body is held at the same time.
    /// - Throws: ``APIError/unavailable(_:retryAfterSeconds:)`` where others hold too much; what `use` throws.
    func hold<Result: Sendable>(
        _ body: RequestBody, most: Int, copies: Int = 1, _ use: () async throws -> Result
    ) async throws -> Result {
        let bytes = copies * min(body.declaredLength ?? most, most), limit = limit
        let isIn = taken.withLock { taken in
            guard taken == 0 || taken + bytes <= limit else { return false }
            taken += bytes
            return true
        }
        guard isIn else {
            throw APIError.unavailable(
                "requests under way hold the \(limit >> 20) MiB that pictures may take; come again in a second", retryAfterSeconds: 1)
        }
        defer { taken.withLock { $0 -= bytes } }
        return try await use()
    }
}
