import Base
import Foundation
import HTTP
import HTTPTypes
import Logging

/// Carries out creating requests once per `Idempotency-Key`.
struct Idempotency: Sendable {
    let store: IdempotencyStore
    let disk: DiskQueue
    let logger: Logger

    static let longestKey = 255

    /// A key that this request claimed. Ends with ``Idempotency/finish(_:_:fingerprint:)`` or ``Idempotency/abandon(_:)``.
    struct Claimed: Sendable { let slot: String }

    enum Start: Sendable {
        /// The request bears no key.
        case withoutKey
        case claimed(Claimed)
        case answered(IdempotencyStore.Answer)
    }

    /// - Throws: ``APIError/conflict(_:)`` while a request with the same key is being carried out; ``APIError/malformed(_:)`` for a key that is not one.
    func begin(_ request: ServerRequest) async throws -> Start {
        guard let key = request.fields[.idempotencyKey] else { return .withoutKey }
        guard (1...Self.longestKey).contains(key.utf8.count) else {
            throw APIError.malformed("Idempotency-Key must have 1 to \(Self.longestKey) bytes")
        }
        let slot = IdempotencyStore.slot(method: request.method.rawValue, path: request.path, key: key)
        switch try await disk.run({ [store] in store.claim(slot) }) {
        case .fresh: return .claimed(Claimed(slot: slot))
        case .answered(let answer): return .answered(answer)
        case .underWay: throw APIError.conflict("a request with this Idempotency-Key is still being carried out; ask again later")
        }
    }

    /// Keeps the answer to what was done. Where it cannot be kept (a full disk), the client gets it all the same, and the log says that a retry would not.
    func finish(_ claimed: Claimed, _ response: ServerResponse, fingerprint: String) async {
        var body = Data()
        if case .bytes(let bytes) = response.body { body = Data(bytes) }
        let answer = store.answer(
            fingerprint: fingerprint, status: response.status.code, location: response.fields[.location],
            contentType: response.fields[.contentType], body: body)
        do {
            try await disk.run { [store] in try store.finish(claimed.slot, answer: answer) }
        } catch {
            logger.error("an answer could not be kept for its Idempotency-Key; the same request would be carried out again: \(error)")
        }
    }

    /// Leaves the key unused: nothing was done.
    func abandon(_ claimed: Claimed) { store.abandon(claimed.slot) }

    /// The stored answer once more, marked as such.
    ///
    /// - Throws: ``APIError/invalid(_:)`` if the key belongs to another request.
    func replay(_ answer: IdempotencyStore.Answer, fingerprint: String) throws(APIError) -> ServerResponse {
        guard answer.fingerprint == fingerprint else {
            throw .invalid([
                .init(
                    pointer: "", code: "idempotency_key_reused", detail: "this Idempotency-Key was used for another request; take a new one"
                )
            ])
        }
        var fields: HTTPFields = [.idempotentReplayed: "true"]
        fields[.location] = answer.location
        fields[.contentType] = answer.contentType
        return ServerResponse(
            status: .init(code: answer.status), fields: fields, body: answer.body.isEmpty ? .empty : .bytes(Array(answer.body)))
    }

    /// Carries `perform` out unless the key was used before. `content` is the digest of the body.
    func carryOut(_ request: ServerRequest, content: SHA256Digest, _ perform: () async throws -> ServerResponse) async throws
        -> ServerResponse
    {
        let fingerprint = Self.fingerprint(request, content)
        switch try await begin(request) {
        case .withoutKey: return try await perform()
        case .answered(let answer): return try replay(answer, fingerprint: fingerprint)
        case .claimed(let claimed):
            let response: ServerResponse
            do {
                response = try await perform()
            } catch {
                abandon(claimed)
                throw error
            }
            await finish(claimed, response, fingerprint: fingerprint)
            return response
        }
    }

    /// Equal for equal requests: the query as sent and the digest of the body.
    static func fingerprint(_ request: ServerRequest, _ content: SHA256Digest) -> String {
        let query = request.query.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return SHA256Digest(of: Data("\(query)\n\(content)".utf8)).description
    }
}
