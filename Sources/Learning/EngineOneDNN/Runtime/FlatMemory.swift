import Engine
import Foundation

/// Memory that a plan keeps for good (its weights): zeroed, 64-byte aligned, freed with its owner.
final class FlatMemory {
    let address: UnsafeMutableRawPointer

    init(bytes: Int) throws(EngineError) {
        var pointer: UnsafeMutableRawPointer?
        let size = max(64, (bytes + 63) & ~63)
        guard posix_memalign(&pointer, 64, size) == 0, let pointer else {
            throw .backend(call: "posix_memalign \(size)", status: "out of memory", node: "")
        }
        memset(pointer, 0, size)
        address = pointer
    }

    deinit { free(address) }
}
