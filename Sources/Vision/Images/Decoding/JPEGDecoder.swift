import CCodecs

/// JPEG through libjpeg-turbo.
enum JPEGDecoder {
    static func describe(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> StoredPicture {
        var info = CodecsPictureInfo()
        try CodecStatus.check(.jpeg) { message in
            codecs_jpeg_header(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, &info, message)
        }
        return StoredPicture(width: Int(info.width), height: Int(info.height), orientation: ExifOrientation.inJPEG(bytes))
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture, shorterSideAtLeast: Int?) throws(ImageError) -> RGBImage {
        let denominator = denominator(shorterSide: min(picture.width, picture.height), atLeast: shorterSideAtLeast)
        let width = (picture.width + denominator - 1) / denominator
        let height = (picture.height + denominator - 1) / denominator
        return try RGBImage(width: width, height: height) { pixels throws(ImageError) in
            try CodecStatus.check(.jpeg) { message in
                codecs_jpeg_decode(
                    bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, Int32(denominator), pixels.baseAddress,
                    Int64(width),
                    Int64(height), message)
            }
        }
    }

    /// The strongest reduction (8, 4, 2; 1 is none) that leaves the shorter side at least `atLeast` pixels.
    static func denominator(shorterSide: Int, atLeast: Int?) -> Int {
        guard let atLeast else { return 1 }
        return [8, 4, 2].first { (shorterSide + $0 - 1) / $0 >= atLeast } ?? 1
    }
}
