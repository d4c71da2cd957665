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
                    // The colour differences, held as bytes around 128.
                    let cr = scaled((Int(pixels[index * 3]) - y) * 11682).clampedToDifference
                    let cb = scaled((Int(pixels[index * 3 + 2]) - y) * 9241).clampedToDifference
                    let level = Int(table[y])
                    target[index * 3] = UInt8(clamping: level + scaled(cr * 22987))
                    target[index * 3 + 1] = UInt8(clamping: level + scaled(-5636 * cb - 11698 * cr))
                    target[index * 3 + 2] = UInt8(clamping: level + scaled(cb * 29049))
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
            return UInt8(clamping: Int((Float(sum) * scale).rounded(.toNearestOrEven)))
        }
    }

    private static func luma(_ pixels: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        scaled(4899 * Int(pixels[index * 3]) + 9617 * Int(pixels[index * 3 + 1]) + 1868 * Int(pixels[index * 3 + 2]))
    }

    /// From 14 fraction bits to whole numbers, rounded: OpenCV's arithmetic for bytes (0.299 = 4899 / 2¹⁴ and so on).
    private static func scaled(_ value: Int) -> Int { (value + 8192) >> 14 }
}

extension Int {
    /// As if stored in a byte around 128.
    fileprivate var clampedToDifference: Int { Swift.min(127, Swift.max(-128, self)) }
}
