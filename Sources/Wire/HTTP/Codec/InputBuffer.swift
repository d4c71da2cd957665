/// Bytes that came from the socket and are not used yet.
struct InputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { start == bytes.count }

    /// Complexity: O(new bytes), amortised.
    mutating func append(_ new: UnsafeBufferPointer<UInt8>) {
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 4096, start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    mutating func consume(_ count: Int) { start += count }

    /// Gives the memory of a large input back; for a connection that falls idle.
    mutating func shrink() {
        if isEmpty, bytes.capacity > 16 << 10 {
            bytes = []
            start = 0
        }
    }

    func withBytes<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        try bytes.withUnsafeBufferPointer { all throws(E) -> R in try body(UnsafeBufferPointer(rebasing: all[start...])) }
    }
}
