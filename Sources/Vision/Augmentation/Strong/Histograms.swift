import Images

/// How often each level occurs, for each of the three channels: `ImageOps.autocontrast` and `ImageOps.equalize` of Pillow.
struct Histograms {
    /// `[3][256]`
    private let counts: [[Int]]

    init(of image: RGBImage) {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 3)
        image.pixels.withUnsafeBufferPointer { pixels in
            for channel in 0..<3 {
                for index in stride(from: channel, to: pixels.count, by: 3) { counts[channel][Int(pixels[index])] += 1 }
            }
        }
        self.counts = counts
    }

    /// Each channel through the table that `table` makes of its histogram.
    func map(_ image: RGBImage, by table: ([Int]) -> [UInt8]) -> RGBImage {
        let tables = counts.map(table)
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                for channel in 0..<3 {
                    tables[channel].withUnsafeBufferPointer { table in
                        for index in stride(from: channel, to: source.count, by: 3) { target[index] = table[Int(source[index])] }
                    }
                }
            }
        }
    }

    /// The lowest level that occurs becomes 0, the highest 255.
    static func autocontrast(_ counts: [Int]) -> [UInt8] {
        guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }), low < high else {
            return (0..<256).map { UInt8($0) }
        }
        let scale = 255 / Double(high - low)
        return (0..<256).map { UInt8(clamping: Int(Double($0 - low) * scale)) }
    }

    /// Equal numbers of pixels to equal ranges of levels.
    static func equalisation(_ counts: [Int]) -> [UInt8] {
        let present = counts.filter { $0 > 0 }
        let step = (present.reduce(0, +) - (present.last ?? 0)) / 255
        guard present.count > 1, step > 0 else { return (0..<256).map { UInt8($0) } }
        var position = step / 2
        return counts.map { count in
            defer { position += count }
            return UInt8(clamping: position / step)
        }
    }
}
