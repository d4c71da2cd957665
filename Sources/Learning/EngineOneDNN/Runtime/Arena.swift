import Engine
import Foundation

/// A piece of memory of a plan: of the arena, shared by lifetime; a part of such a piece; or kept for good.
final class Buffer {
    private(set) var bytes: Int
    /// First and last step of the plan that uses it.
    private(set) var first = Int.max
    private(set) var last = Int.min
    /// Set when the arena is laid out; 64-byte aligned.
    fileprivate var place: UnsafeMutableRawPointer
    private let whole: Buffer?
    private let offset: Int

    init(bytes: Int) {
        self.bytes = max(64, (bytes + 63) & ~63)
        place = Buffer.unplaced
        whole = nil
        offset = 0
    }

    /// Memory that is there already.
    init(kept address: UnsafeMutableRawPointer, bytes: Int) {
        self.bytes = bytes
        place = address
        whole = nil
        offset = 0
    }

    /// `bytes` of `whole` from `offset` on; using the part uses the whole.
    init(partOf whole: Buffer, offset: Int, bytes: Int) {
        self.bytes = bytes
        place = Buffer.unplaced
        self.whole = whole
        self.offset = offset
    }

    var address: UnsafeMutableRawPointer { if let whole { whole.address + offset } else { place } }

    func use(at step: Int) {
        whole?.use(at: step)
        first = min(first, step)
        last = max(last, step)
    }

    /// Makes it larger, before the arena is laid out.
    func grow(to bytes: Int) { self.bytes = max(self.bytes, (bytes + 63) & ~63) }

    var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
    /// Numbers in bfloat16.
    var halves: UnsafeMutablePointer<UInt16> { address.assumingMemoryBound(to: UInt16.self) }

    /// A page that holds nothing: where buffers point before they have a place.
    private nonisolated(unsafe) static let unplaced = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
}

/// One allocation for all activations of a plan; buffers whose lifetimes do not meet share memory.
final class Arena {
    private(set) var bytes = 0
    private var memory: UnsafeMutableRawPointer?
    /// Where the memory is another arena's.
    private var owner: Arena?
    private var buffers: [Buffer] = []

    func buffer(bytes: Int) -> Buffer {
        let buffer = Buffer(bytes: bytes)
        buffers.append(buffer)
        return buffer
    }

    /// Gives every used buffer its place: the largest first, each at the lowest offset that is free for its whole lifetime. O(n²).
    /// - Parameter shared: an arena whose memory is used where it is large enough; the two are never in use at the same time.
    func layOut(in shared: Arena? = nil) throws(EngineError) {
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
        let memory: UnsafeMutableRawPointer
        if let shared, let room = shared.memory, shared.bytes >= bytes {
            memory = room
            owner = shared
        } else {
            // Kernels may read a little behind the last buffer.
            memory = try Self.pages(bytes: bytes + 64)
        }
        self.memory = memory
        for (buffer, offset) in offsets { buffer.place = memory + offset }
    }

    deinit { if let memory, owner == nil { munmap(memory, max(bytes + 64, 4096)) } }

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
