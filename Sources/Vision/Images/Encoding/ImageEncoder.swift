import CCodecs

/// Turns pixels into files: JPEG for thumbnails and samples, PNG where nothing may be lost.
package enum ImageEncoder {
    /// Baseline JPEG, 4:2:0 chroma.
    ///
    /// - Parameter quality: 1 ... 100 on libjpeg's scale; values outside are moved to the nearest end.
    /// - Throws: ``ImageError/notEncodable(format:detail:)`` for a side beyond 65,500 pixels; ``ImageError/outOfMemory``.
    package static func jpeg(_ image: RGBImage, quality: Int = 85) throws(ImageError) -> [UInt8] {
        var output: UnsafeMutablePointer<UInt8>?
        var count = 0
        do throws(ImageError) {
            try CodecStatus.check(.jpeg) { message in
                image.pixels.withUnsafeBufferPointer { pixels in
                    codecs_jpeg_encode(
                        pixels.baseAddress, Int64(image.width), Int64(image.height), Int32(min(100, max(1, quality))), &output, &count,
                        message)
                }
            }
        } catch .unsupported(let format, let detail) {
            throw .notEncodable(format: format, detail: detail)
        }
        defer { codecs_free(output) }
        return Array(UnsafeBufferPointer(start: output, count: count))
    }

    /// Lossless PNG, 8-bit RGB.
    package static func png(_ image: RGBImage) throws(ImageError) -> [UInt8] {
        guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else { throw .outOfMemory }
        defer { spng_ctx_free(context) }
        var header = spng_ihdr()
        header.width = UInt32(clamping: image.width)
        header.height = UInt32(clamping: image.height)
        header.bit_depth = 8
        header.color_type = UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue)
        try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
        try check(spng_set_ihdr(context, &header))
        let status = image.pixels.withUnsafeBytes { pixels in
            spng_encode_image(context, pixels.baseAddress, pixels.count, Int32(SPNG_FMT_PNG.rawValue), Int32(SPNG_ENCODE_FINALIZE.rawValue))
        }
        try check(status)
        var count = 0
        var error: Int32 = 0
        guard let buffer = spng_get_png_buffer(context, &count, &error) else {
            throw .notEncodable(format: .png, detail: String(cString: spng_strerror(error)))
        }
        defer { codecs_free(buffer) }
        return Array(UnsafeRawBufferPointer(start: buffer, count: count))
    }

    private static func check(_ status: Int32) throws(ImageError) {
        if status == SPNG_EMEM.rawValue { throw .outOfMemory }
        guard status == 0 else { throw .notEncodable(format: .png, detail: String(cString: spng_strerror(status))) }
    }
}
