import Foundation

/// A first-in-first-out line between those who bring work, and threads, who wait for it.
///
/// Its length is bounded by whoever admits callers (``Admission``), or by `room`, which a thread waits for in ``pushWaiting(_:)``. After ``close()`` nothing enters;
/// what is inside is still handed out.
///
/// Safe because all state is touched only between `condition.lock()` and `condition.unlock()`.
final class WorkQueue<Item: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let room: Int
    private var items: [Item] = []
    private var isOpen = true

    /// - Parameter room: items from which ``pushWaiting(_:)`` waits.
    init(room: Int = .max) { self.room = room }

    /// - Returns: false, and nothing is kept, after ``close()``.
    func push(_ item: Item) -> Bool {
        condition.lock()
        let isOpen = isOpen
        if isOpen { items.append(item) }
        condition.unlock()
        if isOpen { wake() }
        return isOpen
    }

    /// Waits until there is room. For threads that may be held up: what they bring needs memory.
    /// - Returns: false, and nothing is kept, after ``close()``.
    func pushWaiting(_ item: Item) -> Bool {
        condition.lock()
        while isOpen, items.count >= room { condition.wait() }
        let isOpen = isOpen
        if isOpen { items.append(item) }
        condition.unlock()
        if isOpen { wake() }
        return isOpen
    }

    /// Waits for the next item; nil when the queue is closed and empty.
    func pop() -> Item? { pop(upTo: 1, among: 1, within: 0, resting: {}) { _, _ in false }.first }

    /// Waits for the next item, and takes those behind it that go with it: what came while the thread was busy, shared among the threads that take from here.
    ///
    /// - Parameters:
    ///   - limit: the most items.
    ///   - threads: how many take from here; this one takes its share of those that wait, rounded up.
    ///   - delay: seconds to wait for more once there is one, while there are fewer than `limit`; 0 takes what is there.
    ///   - resting: called before the thread waits because nothing is there, under the queue's lock.
    ///   - belong: whether an item can go with the first.
    /// - Returns: in their order; empty when the queue is closed and empty.
    func pop(
        upTo limit: Int, among threads: Int, within delay: TimeInterval, resting: () -> Void,
        _ belong: (_ first: Item, _ other: Item) -> Bool
    ) -> [Item] {
        condition.lock()
        defer { condition.unlock() }
        if items.isEmpty, isOpen { resting() }
        waitForOne()
        if delay > 0, limit > 1 {
            let end = Date(timeIntervalSinceNow: delay)
            while isOpen, items.count < limit, condition.wait(until: end) {}
            waitForOne()  // another thread, or a cancellation, may have taken it meanwhile
        }
        guard let first = items.first else { return [] }
        let share = min(limit, (items.count + threads - 1) / threads)
        var taken = [first]
        var left: [Item] = []
        for item in items.dropFirst() {
            if taken.count < share, belong(first, item) { taken.append(item) } else { left.append(item) }
        }
        items = left
        if room < .max {
            condition.broadcast()
        } else if delay > 0, !left.isEmpty {
            condition.signal()  // while it waited for company it took the signals of those that it leaves
        }
        return taken
    }

    /// Takes out what a caller no longer wants. O(length).
    func removeAll(where isUnwanted: (Item) -> Bool) {
        condition.lock()
        defer { condition.unlock() }
        items.removeAll(where: isUnwanted)
        if room < .max { condition.broadcast() }
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

    /// Where threads wait for different things, all look again. Not under the lock, which those who wake would only wait for.
    private func wake() { if room < .max { condition.broadcast() } else { condition.signal() } }

    /// Returns when there is an item, or will never be one. Under the lock.
    private func waitForOne() { while items.isEmpty, isOpen { condition.wait() } }
}
