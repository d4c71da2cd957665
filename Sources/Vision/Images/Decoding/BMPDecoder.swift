/// Windows bitmaps without compression: 1, 4, 8 bits with a palette; 16, 24, 32 bits; channel masks; rows from the bottom or the top.
/// Source: Microsoft, BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER.
enum BMPDecoder {
    static func describe(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> StoredPicture {
        let header = try BMPHeader(bytes)
        return StoredPicture(width: header.width, height: header.height)
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture) throws(ImageError) -> RGBImage {
        let header = try BMPHeader(bytes)
        // One bound check for all rows: the limits have already bounded width · height.
        let stride = (header.width * header.bitsPerPixel + 31) / 32 * 4
        guard let rows = ByteReader(bytes, order: .little).slice(header.pixelOffset, count: stride * header.height) else {
            throw .truncated(format: .bmp)
        }
        return RGBImage(width: header.width, height: header.height) { pixels in
            for y in 0..<header.height {
                let row = UnsafeRawBufferPointer(
                    rebasing: rows[((header.isTopDown ? y : header.height - 1 - y) * stride)...].prefix(stride))
                let target = UnsafeMutableBufferPointer(rebasing: pixels[(y * header.width * 3)...].prefix(header.width * 3))
                switch header.bitsPerPixel {
                case 1, 4, 8: readPalette(row, header, into: target)
                case 24: readBytes(row, into: target)
                default: readMasked(row, header, into: target)
                }
            }
        }
    }

    private static func readPalette(_ row: UnsafeRawBufferPointer, _ header: BMPHeader, into target: UnsafeMutableBufferPointer<UInt8>) {
        let bits = header.bitsPerPixel
        let mask = (1 << bits) - 1
        for x in 0..<header.width {
            let bit = x * bits
            let index = Int(row[bit >> 3]) >> (8 - bits - bit & 7) & mask
            // Indices beyond the palette are black, as everywhere.
            let colour = index < header.palette.count ? header.palette[index] : (0, 0, 0)
            (target[x * 3], target[x * 3 + 1], target[x * 3 + 2]) = colour
        }
    }

    private static func readBytes(_ row: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>) {
        for start in stride(from: 0, to: target.count, by: 3) {
            target[start] = row[start + 2]
            target[start + 1] = row[start + 1]
            target[start + 2] = row[start]
        }
    }

    private static func readMasked(_ row: UnsafeRawBufferPointer, _ header: BMPHeader, into target: UnsafeMutableBufferPointer<UInt8>) {
        let size = header.bitsPerPixel / 8
        for x in 0..<header.width {
            var word: UInt32 = 0
            for byte in 0..<size { word |= UInt32(row[x * size + byte]) << UInt32(8 * byte) }
            let alpha = header.masks.alpha == 0 ? 255 : BMPHeader.level(word, header.masks.alpha)
            for (channel, mask) in [header.masks.red, header.masks.green, header.masks.blue].enumerated() {
                let colour = BMPHeader.level(word, mask)
                target[x * 3 + channel] = UInt8((colour * alpha + 255 * (255 - alpha) + 127) / 255)
            }
        }
    }
}
