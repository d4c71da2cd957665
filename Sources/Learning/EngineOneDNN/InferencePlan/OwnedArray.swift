/// Numbers at a fixed address, for kernels that keep a pointer; freed with their owner.
final class OwnedArray<Element> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        count = elements.count
        pointer = .allocate(capacity: max(1, count))
        pointer.initialize(from: elements, count: count)
    }

    deinit {
        pointer.deinitialize(count: count)
        pointer.deallocate()
    }
}
