import Foundation

/// Makes elements 0, 1, 2, … ahead of their use on threads of its own, and hands them out in order.
///
/// What an element is depends on its index only, so the result is the same whatever the number of threads. Owned by one consumer; dropping it ends the threads.
package final class Prefetcher<Element: Sendable> {
    private let ring: Ring

    /// - Parameters:
    ///   - count: elements in all.
    ///   - ahead: how many may be made but not yet taken, at least 1.
    ///   - threads: at least 1.
    ///   - make: called once for each index, on any of the threads. What it throws is thrown by the ``next()`` that reaches the index.
    package init(count: Int, ahead: Int, threads: Int, make: @escaping @Sendable (Int) throws -> Element) {
        ring = Ring(count: count, ahead: max(1, ahead), make: make)
        for _ in 0..<max(1, min(threads, count)) {
            let thread = Thread { [ring] in ring.produce() }
            thread.stackSize = 8 << 20
            thread.name = "aliquot.pictures"
            thread.start()
        }
    }

    deinit { ring.cancel() }

    /// The next element, waiting for it where it is not ready; nil after the last.
    package func next() throws -> Element? { try ring.take() }

    // Safe because every access to the mutable state holds `condition`; `make` and the constants are Sendable.
    private final class Ring: @unchecked Sendable {
        private let condition = NSCondition()
        private let count: Int
        private let ahead: Int
        private let make: @Sendable (Int) throws -> Element
        private var begun = 0
        private var taken = 0
        private var isCancelled = false
        private var ready: [Int: Result<Element, any Error>] = [:]

        init(count: Int, ahead: Int, make: @escaping @Sendable (Int) throws -> Element) {
            self.count = count
            self.ahead = ahead
            self.make = make
        }

        func produce() {
            while let index = claim() {
                let result = Result { try make(index) }
                condition.withLock {
                    ready[index] = result
                    condition.broadcast()
                }
            }
        }

        private func claim() -> Int? {
            condition.withLock {
                while !isCancelled, begun < count, begun >= taken + ahead { condition.wait() }
                guard !isCancelled, begun < count else { return nil }
                begun += 1
                return begun - 1
            }
        }

        func take() throws -> Element? {
            let result: Result<Element, any Error>? = condition.withLock {
                guard taken < count else { return nil }
                while ready[taken] == nil { condition.wait() }
                defer {
                    taken += 1
                    condition.broadcast()
                }
                return ready.removeValue(forKey: taken)
            }
            return try result?.get()
        }

        func cancel() {
            condition.withLock {
                isCancelled = true
                condition.broadcast()
            }
        }
    }
}
