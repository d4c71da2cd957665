import Images

/// Spreads the luminance over 0 ... 255 by its histogram and keeps the two colour differences: `cv2.equalizeHist` on Y of `COLOR_RGB2YCrCb`.
enum LumaEqualisation {
    static func apply(to image: RGBImage) -> RGBImage {
        let count = image.width * image.height
        var histogram = [Int](repeating: 0, count: 256)
        image.pixels.withUnsafeBufferPointer { pixels in
            for index in 0..<count { histogram[luma(pixels, index)] += 1 }
        }
        let table = equalisation(histogram, count: count)
        return image.pixels.withUnsafeBufferPointer { pixels in
            RGBImage(width: image.width, height: image.height) { target in
                for index in 0..<count {
                    let y = luma(pixels, index)
                    // OpenCV holds the colour differences as bytes around 128.
                    let cr = rounded(Float(Int(pixels[index * 3]) - y) * 0.713 + 128) - 128
                    let cb = rounded(Float(Int(pixels[index * 3 + 2]) - y) * 0.564 + 128) - 128
                    let level = Float(table[y])
                    target[index * 3] = UInt8(rounded(level + 1.403 * Float(cr)))
                    target[index * 3 + 1] = UInt8(rounded(level - 0.714 * Float(cr) - 0.344 * Float(cb)))
                    target[index * 3 + 2] = UInt8(rounded(level + 1.773 * Float(cb)))
                }
            }
        }
    }

    /// Level to level: the lowest level present becomes 0, the highest 255. A picture of one level stays.
    private static func equalisation(_ histogram: [Int], count: Int) -> [UInt8] {
        let first = histogram.firstIndex { $0 > 0 } ?? 0
        if histogram[first] == count { return [UInt8](repeating: UInt8(first), count: 256) }
        let scale = 255 / Float(count - histogram[first])
        var sum = 0
        return (0..<256).map { level in
            if level > first { sum += histogram[level] }
            return UInt8(rounded(Float(sum) * scale))
        }
    }

    private static func luma(_ pixels: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        rounded(0.299 * Float(pixels[index * 3]) + 0.587 * Float(pixels[index * 3 + 1]) + 0.114 * Float(pixels[index * 3 + 2]))
    }

    private static func rounded(_ value: Float) -> Int { Int(min(255, max(0, value + 0.5))) }
}
