import Images

/// `degenerate + factor · (image − degenerate)`, cut to 0 ... 255: `ImageEnhance` of Pillow.
struct Blend {
    let factor: Double

    /// Towards one level.
    func table(towards level: UInt8) -> [UInt8] {
        (0..<256).map { UInt8(clamping: Int(Double(level) + factor * (Double($0) - Double(level)))) }
    }

    func apply(_ degenerate: RGBImage, _ image: RGBImage) -> RGBImage {
        let factor = Float(factor)
        return degenerate.pixels.withUnsafeBufferPointer { first in
            image.pixels.withUnsafeBufferPointer { second in
                RGBImage(width: image.width, height: image.height) { target in
                    for index in 0..<second.count {
                        let from = Float(first[index])
                        target[index] = UInt8(min(255, max(0, from + factor * (Float(second[index]) - from))))
                    }
                }
            }
        }
    }

    /// ITU-R BT.601 luminance in all three channels, in Pillow's fixed point.
    static func grey(of image: RGBImage) -> RGBImage {
        image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                for start in stride(from: 0, to: source.count, by: 3) {
                    let level = UInt8(clamping: level(source, start))
                    (target[start], target[start + 1], target[start + 2]) = (level, level, level)
                }
            }
        }
    }

    /// The mean of the grey picture, 0 ... 255.
    static func meanGrey(of image: RGBImage) -> Double {
        var sum = 0
        image.pixels.withUnsafeBufferPointer { source in
            for start in stride(from: 0, to: source.count, by: 3) { sum &+= level(source, start) }
        }
        return Double(sum) / Double(image.width * image.height)
    }

    private static func level(_ pixels: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        (Int(pixels[start]) &* 19595 &+ Int(pixels[start + 1]) &* 38470 &+ Int(pixels[start + 2]) &* 7471 &+ 32768) >> 16
    }
}
