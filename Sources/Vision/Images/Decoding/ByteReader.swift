/// Bounds-checked reading of numbers from foreign bytes.
struct ByteReader {
    enum Order { case little, big }

    let bytes: UnsafeRawBufferPointer
    var order: Order

    init(_ bytes: UnsafeRawBufferPointer, order: Order) {
        self.bytes = bytes
        self.order = order
    }

    /// The byte at `offset`; nil outside.
    func uint8(_ offset: Int) -> UInt8? { offset >= 0 && offset < bytes.count ? bytes[offset] : nil }

    /// Two bytes at `offset`; nil where one of them is outside.
    func uint16(_ offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - 2 else { return nil }
        let (a, b) = (Int(bytes[offset]), Int(bytes[offset + 1]))
        return order == .little ? a | b << 8 : b | a << 8
    }

    /// Four bytes at `offset`; nil where one of them is outside.
    func uint32(_ offset: Int) -> Int? {
        guard let first = uint16(offset), let second = uint16(offset + 2) else { return nil }
        return order == .little ? first | second << 16 : second | first << 16
    }

    /// Four bytes at `offset` as a signed number; nil where one of them is outside.
    func int32(_ offset: Int) -> Int? { uint32(offset).map { Int(Int32(truncatingIfNeeded: $0)) } }

    /// Part of the bytes; nil unless all of it lies inside.
    func slice(_ offset: Int, count: Int) -> UnsafeRawBufferPointer? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }
}
