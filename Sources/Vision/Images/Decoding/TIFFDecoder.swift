import CCodecs

/// The first directory of a TIFF, through libtiff: any compression it knows; 1 to 16 bits a channel.
enum TIFFDecoder {
    static func describe(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> StoredPicture {
        var info = CodecsPictureInfo()
        try CodecStatus.check(.tiff) { message in
            codecs_tiff_header(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, &info, message)
        }
        return StoredPicture(
            width: Int(info.width), height: Int(info.height), orientation: Orientation(rawValue: Int(info.orientation)) ?? .upright)
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, _ picture: StoredPicture) throws(ImageError) -> RGBImage {
        let count = picture.width * picture.height
        let words = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        defer { words.deallocate() }
        words.initialize(repeating: 0)
        try CodecStatus.check(.tiff) { message in
            codecs_tiff_decode(
                bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, words.baseAddress, Int64(picture.width),
                Int64(picture.height), message)
        }
        return RGBImage(width: picture.width, height: picture.height) { pixels in
            for index in 0..<count {
                let word = words[index]
                // Colours come premultiplied: on white, what alpha leaves free is white.
                let white = 255 - (word >> 24)
                pixels[index * 3] = UInt8(min(255, (word & 255) + white))
                pixels[index * 3 + 1] = UInt8(min(255, (word >> 8 & 255) + white))
                pixels[index * 3 + 2] = UInt8(min(255, (word >> 16 & 255) + white))
            }
        }
    }
}
