/// Finds the orientation tag in EXIF metadata (CIPA DC-008). Unreadable metadata means upright: it must not cost the picture.
enum ExifOrientation {
    /// Reads tag 0x0112 of the first directory of a TIFF block: `II*\0` or `MM\0*`, offset, directory.
    static func inTIFFBlock(_ block: UnsafeRawBufferPointer) -> Orientation {
        guard block.count >= 8 else { return .upright }
        let order: ByteReader.Order
        switch (block[0], block[1]) {
        case (0x49, 0x49): order = .little
        case (0x4D, 0x4D): order = .big
        default: return .upright
        }
        let reader = ByteReader(block, order: order)
        guard reader.uint16(2) == 42, let directory = reader.uint32(4), let entries = reader.uint16(directory) else { return .upright }
        for entry in 0..<entries {
            let start = directory + 2 + entry * 12
            guard let tag = reader.uint16(start) else { return .upright }
            if tag == 0x0112, reader.uint16(start + 2) == 3, let value = reader.uint16(start + 8) {
                return Orientation(rawValue: value) ?? .upright
            }
        }
        return .upright
    }

    /// An EXIF payload: `Exif\0\0` and then the TIFF block, or (WebP, PNG) the block alone.
    static func inPayload(_ payload: UnsafeRawBufferPointer) -> Orientation {
        let reader = ByteReader(payload, order: .big)
        if payload.starts(with: Array("Exif\0\0".utf8)), let block = reader.slice(6, count: payload.count - 6) { return inTIFFBlock(block) }
        return inTIFFBlock(payload)
    }

    /// Walks the marker segments of a JPEG (ITU T.81 annex B) up to the first scan and reads the first EXIF segment (APP1).
    static func inJPEG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        let reader = ByteReader(bytes, order: .big)
        var offset = 2
        while let first = reader.uint8(offset), let marker = reader.uint8(offset + 1) {
            guard first == 0xFF else { return .upright }
            if marker == 0xFF {  // fill byte
                offset += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {  // no length
                offset += 2
                continue
            }
            guard marker != 0xDA, marker != 0xD9, let length = reader.uint16(offset + 2), length >= 2 else { return .upright }
            if marker == 0xE1, let payload = reader.slice(offset + 4, count: length - 2), payload.starts(with: Array("Exif\0\0".utf8)) {
                return inPayload(payload)
            }
            offset += 2 + length
        }
        return .upright
    }

    /// Walks the chunks of a PNG up to the pixels and reads `eXIf` (PNG, third edition, 11.3.2.5).
    static func inPNG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        let reader = ByteReader(bytes, order: .big)
        var offset = 8
        while let length = reader.uint32(offset), let name = reader.slice(offset + 4, count: 4) {
            if name.elementsEqual("IDAT".utf8) { return .upright }
            if name.elementsEqual("eXIf".utf8) { return reader.slice(offset + 8, count: length).map(inPayload) ?? .upright }
            offset += 12 + length
        }
        return .upright
    }
}
