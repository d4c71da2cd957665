import Foundation

extension Data {
    /// The unsigned number in `width` bytes, least significant first, at `offset` from the start; nil where the data ends before.
    func littleEndian(at offset: Int, width: Int) -> UInt64? {
        guard offset >= 0, offset <= count - width else { return nil }
        var value: UInt64 = 0
        for index in (0..<width).reversed() { value = value << 8 | UInt64(self[startIndex + offset + index]) }
        return value
    }
}
