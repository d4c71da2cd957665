import Foundation

/// A first-in-first-out line between callers, who never wait, and threads, who do.
///
/// Its length is bounded by whoever admits callers (``Admission``). After ``close()`` nothing enters; what is inside is still handed out.
///
/// Safe because `items` and `isOpen` are touched only between `condition.lock()` and `condition.unlock()`.
final class WorkQueue<Item: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var items: [Item] = []
    private var isOpen = true

    /// - Returns: false, and nothing is kept, after ``close()``.
    func push(_ item: Item) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard isOpen else { return false }
        items.append(item)
        condition.signal()
        return true
    }

    /// Waits for the next item; nil when the queue is closed and empty.
    func pop() -> Item? {
        condition.lock()
        defer { condition.unlock() }
        while items.isEmpty {
            guard isOpen else { return nil }
            condition.wait()
        }
        return items.removeFirst()
    }

    /// Takes out what a caller no longer wants. O(length).
    func removeAll(where isUnwanted: (Item) -> Bool) {
        condition.lock()
        defer { condition.unlock() }
        items.removeAll(where: isUnwanted)
    }

    func close() {
        condition.lock()
        defer { condition.unlock() }
        isOpen = false
        condition.broadcast()
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return items.count
    }
}
