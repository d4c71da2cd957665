import CCodecs

/// PNG through libspng: every colour type and depth, interlaced or not.
enum PNGDecoder {
    static func describe(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> StoredPicture {
        let header = try withContext(bytes) { context throws(ImageError) -> spng_ihdr in try Self.header(context) }
        return StoredPicture(width: Int(header.width), height: Int(header.height), orientation: ExifOrientation.inPNG(bytes))
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture) throws(ImageError) -> RGBImage {
        try withContext(bytes) { context throws(ImageError) -> RGBImage in
            let header = try Self.header(context)
            var transparency = spng_trns()
            let hasAlpha = header.color_type & 4 != 0 || spng_get_trns(context, &transparency) == 0
            return try RGBImage(width: picture.width, height: picture.height) { pixels throws(ImageError) in
                if hasAlpha {
                    let count = picture.width * picture.height
                    let rgba = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * 4)
                    defer { rgba.deallocate() }
                    try decode(context, into: rgba, format: SPNG_FMT_RGBA8, flags: SPNG_DECODE_TRNS)
                    Alpha.flatten(UnsafeBufferPointer(rgba), into: pixels, count: count)
                } else {
                    try decode(context, into: pixels, format: SPNG_FMT_RGB8, flags: nil)
                }
                // Reads on to IEND, so that a file cut off after its pixels is seen.
                try check(spng_decode_chunks(context))
            }
        }
    }

    private static func decode(
        _ context: OpaquePointer, into pixels: UnsafeMutableBufferPointer<UInt8>, format: spng_format, flags: spng_decode_flags?
    ) throws(ImageError) {
        try check(spng_decode_image(context, pixels.baseAddress, pixels.count, Int32(format.rawValue), Int32(flags?.rawValue ?? 0)))
    }

    private static func header(_ context: OpaquePointer) throws(ImageError) -> spng_ihdr {
        var header = spng_ihdr()
        try check(spng_get_ihdr(context, &header))
        return header
    }

    private static func withContext<Result>(
        _ bytes: UnsafeRawBufferPointer, _ body: (OpaquePointer) throws(ImageError) -> Result
    ) throws(ImageError) -> Result {
        guard let context = spng_ctx_new(0) else { throw .outOfMemory }
        defer { spng_ctx_free(context) }
        // Text and profiles may not inflate beyond 1 MiB each, 8 MiB together.
        try check(spng_set_chunk_limits(context, 1 << 20, 8 << 20))
        try check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
        return try body(context)
    }

    private static func check(_ status: Int32) throws(ImageError) {
        if status == 0 { return }
        if status == SPNG_IO_EOF.rawValue || status == SPNG_EIDAT_TOO_SHORT.rawValue { throw .truncated(format: .png) }
        if status == SPNG_EMEM.rawValue { throw .outOfMemory }
        throw .corrupt(format: .png, detail: String(cString: spng_strerror(status)))
    }
}
