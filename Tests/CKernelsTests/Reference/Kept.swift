/// Numbers at a fixed address, a multiple of 64 as kernels want their weights.
final class Kept<Element> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        count = elements.count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count * MemoryLayout<Element>.stride), alignment: 64)
        pointer = memory.bindMemory(to: Element.self, capacity: count)
        pointer.initialize(from: elements, count: count)
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
