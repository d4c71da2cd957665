import Foundation

/// Holds threads up inside a forward pass until a test lets them go.
///
/// Safe because all state is touched under the condition's lock only.
final class Turnstile: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen: Bool
    private var held = 0

    init(isOpen: Bool = true) { self.isOpen = isOpen }

    func pass() {
        condition.lock()
        defer { condition.unlock() }
        held += 1
        while !isOpen { condition.wait() }
        held -= 1
    }

    func open() {
        condition.lock()
        defer { condition.unlock() }
        isOpen = true
        condition.broadcast()
    }

    func close() {
        condition.lock()
        defer { condition.unlock() }
        isOpen = false
    }

    var waiting: Int {
        condition.lock()
        defer { condition.unlock() }
        return held
    }
}
