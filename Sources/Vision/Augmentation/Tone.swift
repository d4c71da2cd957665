import Images

/// Brightness and contrast in one table: `level → contrast · (brightness · level − m) + m`, with m the mean luminance after the change of brightness.
struct Tone {
    let brightness: Double
    let contrast: Double

    func apply(to image: RGBImage) -> RGBImage {
        let mean = brightness * Self.meanLuminance(of: image)
        let table = (0..<256).map { level -> UInt8 in
            UInt8(min(255, max(0, (contrast * (brightness * Double(level) - mean) + mean).rounded())))
        }
        return image.mapped(by: table)
    }

    /// ITU-R BT.601 weights, as Pillow's contrast uses; 0 ... 255.
    static func meanLuminance(of image: RGBImage) -> Double {
        var (red, green, blue) = (0, 0, 0)
        image.pixels.withUnsafeBufferPointer { pixels in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                red &+= Int(pixels[start])
                green &+= Int(pixels[start + 1])
                blue &+= Int(pixels[start + 2])
            }
        }
        return (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / Double(image.width * image.height)
    }
}

extension RGBImage {
    /// Every byte replaced by the table's; the table holds 256 entries.
    func mapped(by table: [UInt8]) -> RGBImage {
        precondition(table.count == 256, "one entry for each level")
        return pixels.withUnsafeBufferPointer { source in
            table.withUnsafeBufferPointer { table in
                RGBImage(width: width, height: height) { target in
                    for index in 0..<source.count { target[index] = table[Int(source[index])] }
                }
            }
        }
    }
}
