import Base
import Foundation
import Synchronization

/// Answers of creating requests, kept by their `Idempotency-Key` for 24 hours, so that a client that lost an answer can ask again.
///
/// 1. An answer is a file `SHA256(route + key).json`, written atomically: it outlives the process. 2. Keys under way are kept in memory only: a crash
/// frees them, and the client's retry starts anew. 3. Only successes are kept: a refused request changed nothing and may be sent again.
/// Source: draft-ietf-httpapi-idempotency-key-header-07.
package final class IdempotencyStore: Sendable {
    /// What is kept of an answer.
    struct Answer: Codable, Sendable, Equatable {
        let fingerprint: String
        let stored: Timestamp
        let status: Int
        let location: String?
        let contentType: String?
        let body: Data
    }

    /// What a key means at this moment.
    enum Claim: Sendable, Equatable {
        /// Nobody used it: the caller carries out the request, then calls ``finish(_:answer:)`` or ``abandon(_:)``.
        case fresh
        /// A request with it is being carried out now.
        case underWay
        /// A request with it was answered.
        case answered(Answer)
    }

    static let lifetimeSeconds = 24.0 * 3600

    private let directory: URL
    private let now: @Sendable () -> Timestamp
    private let underWay = Mutex<Set<String>>([])
    private let lastSweep: Mutex<Timestamp>

    /// How often old answers are looked for.
    private static let sweepSeconds = 3600.0

    /// Makes the folder and deletes answers that are older than 24 hours.
    package init(directory: URL, now: @escaping @Sendable () -> Timestamp = Timestamp.now) throws {
        self.directory = directory
        self.now = now
        lastSweep = Mutex(now())
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try sweep()
    }

    private func sweep() throws {
        for item in try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil) where load(item) == nil {
            try FileManager.default.removeItem(at: item)
        }
    }

    /// The name under which the answer to a key on a route is kept.
    static func slot(method: String, path: String, key: String) -> String {
        SHA256Digest(of: Data("\(method)\n\(path)\n\(key)".utf8)).description
    }

    /// Claims `slot`; after ``Claim/fresh`` the caller owes a ``finish(_:answer:)`` or an ``abandon(_:)``.
    func claim(_ slot: String) -> Claim {
        let mine = underWay.withLock { $0.insert(slot).inserted }
        guard mine else { return .underWay }
        guard let answer = load(file(slot)) else { return .fresh }
        underWay.withLock { _ = $0.remove(slot) }
        return .answered(answer)
    }

    /// Ends a claim with an answer to keep, and once an hour deletes those that are too old. The key is free afterwards even where the answer cannot be written.
    func finish(_ slot: String, answer: Answer) throws {
        defer { abandon(slot) }
        try AtomicFile.write(JSONEncoder().encode(answer), to: file(slot))
        let isTime = lastSweep.withLock { last in
            guard now().seconds - last.seconds >= Self.sweepSeconds else { return false }
            last = now()
            return true
        }
        if isTime { try sweep() }
    }

    /// Ends a claim and leaves the key unused.
    func abandon(_ slot: String) { underWay.withLock { _ = $0.remove(slot) } }

    /// Answers that are still valid; for a fresh one `stored` is now.
    func answer(fingerprint: String, status: Int, location: String?, contentType: String?, body: Data) -> Answer {
        Answer(fingerprint: fingerprint, stored: now(), status: status, location: location, contentType: contentType, body: body)
    }

    private func file(_ slot: String) -> URL { directory.appendingPathComponent(slot + ".json") }

    /// The answer in a file; nil if there is none, it is too old, or it is not one (left by another version).
    private func load(_ file: URL) -> Answer? {
        guard let data = try? Data(contentsOf: file), let answer = try? JSONDecoder().decode(Answer.self, from: data) else { return nil }
        return now().seconds - answer.stored.seconds < Self.lifetimeSeconds ? answer : nil
    }
}
