import CCodecs

/// WebP through libwebp: lossy and lossless, with alpha; of an animation the first frame on its canvas.
enum WebPDecoder {
    static func describe(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> StoredPicture {
        let features = try features(bytes)
        return StoredPicture(width: Int(features.width), height: Int(features.height), orientation: orientation(bytes))
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture) throws(ImageError) -> RGBImage {
        let features = try features(bytes)
        if features.has_animation != 0 { return try firstFrame(bytes, picture) }
        return try RGBImage(width: picture.width, height: picture.height) { pixels throws(ImageError) in
            let count = picture.width * picture.height
            let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            if features.has_alpha == 0 {
                guard WebPDecodeRGBInto(start, bytes.count, pixels.baseAddress, pixels.count, Int32(picture.width * 3)) != nil else {
                    throw failure(bytes)
                }
                return
            }
            let rgba = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * 4)
            defer { rgba.deallocate() }
            guard WebPDecodeRGBAInto(start, bytes.count, rgba.baseAddress, rgba.count, Int32(picture.width * 4)) != nil else {
                throw failure(bytes)
            }
            Alpha.flatten(UnsafeBufferPointer(rgba), into: pixels, count: count)
        }
    }

    private static func firstFrame(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture) throws(ImageError) -> RGBImage {
        var data = webPData(bytes)
        var options = WebPAnimDecoderOptions()
        guard WebPAnimDecoderOptionsInit(&options) != 0 else {
            throw .unsupported(format: .webp, detail: "another version of libwebpdemux")
        }
        options.color_mode = MODE_RGBA
        guard let decoder = WebPAnimDecoderNew(&data, &options) else { throw failure(bytes) }
        defer { WebPAnimDecoderDelete(decoder) }
        var info = WebPAnimInfo()
        var canvas: UnsafeMutablePointer<UInt8>?
        var time: Int32 = 0
        guard WebPAnimDecoderGetInfo(decoder, &info) != 0, Int(info.canvas_width) == picture.width,
            Int(info.canvas_height) == picture.height,
            WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0, let canvas
        else { throw failure(bytes) }
        let count = picture.width * picture.height
        return RGBImage(width: picture.width, height: picture.height) { pixels in
            Alpha.flatten(UnsafeBufferPointer(start: canvas, count: count * 4), into: pixels, count: count)
        }
    }

    private static func features(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> WebPBitstreamFeatures {
        var features = WebPBitstreamFeatures()
        let status = WebPGetFeatures(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, &features)
        if status == VP8_STATUS_NOT_ENOUGH_DATA { throw .truncated(format: .webp) }
        guard status == VP8_STATUS_OK else { throw .corrupt(format: .webp, detail: "unreadable header") }
        return features
    }

    /// libwebp only says that it failed: a RIFF length beyond the end of the file tells a truncated one.
    private static func failure(_ bytes: UnsafeRawBufferPointer) -> ImageError {
        guard let declared = ByteReader(bytes, order: .little).uint32(4), declared + 8 <= bytes.count else {
            return .truncated(format: .webp)
        }
        return .corrupt(format: .webp, detail: "undecodable data")
    }

    /// The EXIF chunk, where the file is whole enough to be split into chunks.
    private static func orientation(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        var data = webPData(bytes)
        guard let demuxer = WebPDemux(&data) else { return .upright }
        defer { WebPDemuxDelete(demuxer) }
        var chunk = WebPChunkIterator()
        guard WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0 else { return .upright }
        defer { WebPDemuxReleaseChunkIterator(&chunk) }
        return ExifOrientation.inPayload(UnsafeRawBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size))
    }

    private static func webPData(_ bytes: UnsafeRawBufferPointer) -> WebPData {
        WebPData(bytes: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, size: bytes.count)
    }
}
