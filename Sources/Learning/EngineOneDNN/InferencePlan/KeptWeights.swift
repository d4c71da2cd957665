import Engine

/// The weights of a plan in the layouts that its primitives want: read only after they were filled, shared by everything that asks for the same name and layout.
final class KeptWeights {
    private struct Key: Hashable {
        let name: String
        let layout: [UInt8]
    }

    private var memories: [Key: FlatMemory] = [:]
    /// Bytes held.
    private(set) var bytes = 0

    /// - Parameters:
    ///   - name: what is kept, unique in its network: `features.0.weight`.
    ///   - layout: how it lies, ``MemoryDescription/key``; memory is shared where both are equal.
    /// - Returns: zeroed memory, and whether it is new and must be filled.
    func place(_ name: String, layout: [UInt8] = [], bytes: Int) throws(EngineError) -> (buffer: Buffer, isNew: Bool) {
        let key = Key(name: name, layout: layout)
        if let memory = memories[key] { return (Buffer(kept: memory.address, bytes: bytes), false) }
        let memory = try FlatMemory(bytes: bytes)
        memories[key] = memory
        self.bytes += bytes
        return (Buffer(kept: memory.address, bytes: bytes), true)
    }

    /// Keeps `numbers` as they are.
    func keep(_ name: String, _ numbers: [Float]) throws(EngineError) -> Buffer {
        let (buffer, isNew) = try place(name, bytes: numbers.count * 4)
        if isNew {
            numbers.withUnsafeBufferPointer { if let base = $0.baseAddress { buffer.floats.update(from: base, count: numbers.count) } }
        }
        return buffer
    }
}
