/// The checked header of a Windows bitmap.
struct BMPHeader {
    let width: Int
    let height: Int
    let isTopDown: Bool
    let bitsPerPixel: Int
    let pixelOffset: Int
    let palette: [(UInt8, UInt8, UInt8)]
    let masks: (red: UInt32, green: UInt32, blue: UInt32, alpha: UInt32)

    init(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        let reader = ByteReader(bytes, order: .little)
        guard let pixelOffset = reader.uint32(10), let headerSize = reader.uint32(14) else { throw .truncated(format: .bmp) }
        let isCore = headerSize == 12
        guard isCore || (40...124).contains(headerSize) else {
            throw .unsupported(format: .bmp, detail: "a header of \(headerSize) bytes, 12 or 40 to 124 are read")
        }
        let storedHeight: Int
        let compression: Int
        if isCore {
            guard let w = reader.uint16(18), let h = reader.uint16(20), let bits = reader.uint16(24) else { throw .truncated(format: .bmp) }
            (width, storedHeight, bitsPerPixel, compression) = (w, h, bits, 0)
        } else {
            guard let w = reader.int32(18), let h = reader.int32(22), let bits = reader.uint16(28), let kind = reader.uint32(30) else {
                throw .truncated(format: .bmp)
            }
            (width, storedHeight, bitsPerPixel, compression) = (w, h, bits, kind)
        }
        isTopDown = storedHeight < 0
        height = abs(storedHeight)
        self.pixelOffset = pixelOffset
        guard width > 0, height > 0 else { throw .corrupt(format: .bmp, detail: "\(width) by \(storedHeight) pixels") }
        switch (bitsPerPixel, compression) {
        case (1, 0), (4, 0), (8, 0), (24, 0): masks = (0, 0, 0, 0)
        case (16, 0): masks = (0x7C00, 0x03E0, 0x001F, 0)
        case (32, 0): masks = (0xFF_0000, 0xFF00, 0xFF, 0)  // the fourth byte has no meaning
        case (16, 3), (32, 3), (16, 6), (32, 6):
            guard let red = reader.uint32(54), let green = reader.uint32(58), let blue = reader.uint32(62) else {
                throw .truncated(format: .bmp)
            }
            let hasAlpha = headerSize >= 56 || compression == 6
            guard let alpha = hasAlpha ? reader.uint32(66) : 0 else { throw .truncated(format: .bmp) }
            masks = (UInt32(red), UInt32(green), UInt32(blue), UInt32(alpha))
        default: throw .unsupported(format: .bmp, detail: "\(bitsPerPixel) bits a pixel with compression \(compression)")
        }
        palette = try Self.palette(reader, headerSize: headerSize, bitsPerPixel: bitsPerPixel)
    }

    private static func palette(_ reader: ByteReader, headerSize: Int, bitsPerPixel: Int) throws(ImageError) -> [(UInt8, UInt8, UInt8)] {
        guard bitsPerPixel <= 8 else { return [] }
        let entrySize = headerSize == 12 ? 3 : 4
        let declared = headerSize == 12 ? 0 : reader.uint32(46) ?? 0
        let count = declared == 0 ? 1 << bitsPerPixel : min(declared, 1 << bitsPerPixel)
        guard let table = reader.slice(14 + headerSize, count: count * entrySize) else { throw .truncated(format: .bmp) }
        return (0..<count).map { (table[$0 * entrySize + 2], table[$0 * entrySize + 1], table[$0 * entrySize]) }
    }

    /// The bits of `word` under `mask`, scaled to 0 ... 255; 0 for an empty mask.
    static func level(_ word: UInt32, _ mask: UInt32) -> Int {
        guard mask != 0 else { return 0 }
        let shift = UInt32(mask.trailingZeroBitCount)
        let maximum = UInt64(mask >> shift)
        return Int((UInt64((word & mask) >> shift) * 255 + maximum / 2) / maximum)
    }
}
