import Engine
import Foundation

/// A piece of memory of a plan: either of the arena, shared by lifetime, or kept for good.
final class Buffer {
    let bytes: Int
    /// First and last step of the plan that uses it.
    private(set) var first = Int.max
    private(set) var last = Int.min
    /// Set when the arena is laid out; 64-byte aligned.
    fileprivate(set) var address: UnsafeMutableRawPointer

    init(bytes: Int) {
        self.bytes = max(64, (bytes + 63) & ~63)
        address = Buffer.unplaced
    }

    /// Memory that is there already.
    init(kept address: UnsafeMutableRawPointer, bytes: Int) {
        self.bytes = bytes
        self.address = address
    }

    func use(at step: Int) {
        first = min(first, step)
        last = max(last, step)
    }

    var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }

    /// A page that holds nothing: where buffers point before they have a place.
    private nonisolated(unsafe) static let unplaced = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
}

/// One allocation for all activations of a plan; buffers whose lifetimes do not meet share memory.
final class Arena {
    private(set) var bytes = 0
    private var memory: UnsafeMutableRawPointer?
    private var buffers: [Buffer] = []

    func buffer(bytes: Int) -> Buffer {
        let buffer = Buffer(bytes: bytes)
        buffers.append(buffer)
        return buffer
    }

    /// Gives every used buffer its place: the largest first, each at the lowest offset that is free for its whole lifetime. O(n²).
    func layOut() throws(EngineError) {
        struct Place {
            let offset: Int
            let buffer: Buffer
        }
        var placed: [Place] = []
        var offsets: [(Buffer, Int)] = []
        for buffer in buffers.filter({ $0.first <= $0.last }).sorted(by: { ($0.bytes, -$0.first) > ($1.bytes, -$1.first) }) {
            var offset = 0
            for place in placed where place.buffer.first <= buffer.last && buffer.first <= place.buffer.last {
                if place.offset - offset >= buffer.bytes { break }
                offset = max(offset, place.offset + place.buffer.bytes)
            }
            let index = placed.firstIndex { $0.offset > offset } ?? placed.count
            placed.insert(Place(offset: offset, buffer: buffer), at: index)
            offsets.append((buffer, offset))
            bytes = max(bytes, offset + buffer.bytes)
        }
        let memory = try Self.pages(bytes: bytes)
        self.memory = memory
        for (buffer, offset) in offsets { buffer.address = memory + offset }
    }

    deinit { if let memory { munmap(memory, max(bytes, 4096)) } }

    /// Zeroed pages, huge ones where the system gives them.
    static func pages(bytes: Int) throws(EngineError) -> UnsafeMutableRawPointer {
        let size = max(bytes, 4096)
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            throw .backend(call: "mmap \(size) bytes", status: String(cString: strerror(errno)), node: "")
        }
        madvise(memory, size, 14)  // MADV_HUGEPAGE
        return memory
    }
}
