import Synchronization

/// Makes identifiers for requests: eight random digits for this start of the server, and a counter.
final class RequestIDSource: Sendable {
    private let prefix: String
    private let counter = Atomic<Int>(0)

    init() {
        let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        prefix = String(repeating: "0", count: 8 - digits.utf8.count) + digits + "-"
    }

    func next() -> String { prefix + String(counter.add(1, ordering: .relaxed).newValue) }
}
