import Images

/// Reads a picture between its pixels, in 16.16 fixed point with 8-bit weights.
struct BilinearSampler {
    enum Border {
        /// Mirrored at the edges, the edge pixel repeated: … 1 0 | 0 1 2 …
        case reflection
        /// One colour, red, green, blue.
        case colour(UInt8, UInt8, UInt8)

        /// The colour of ``EvaluationGeometry/padding``.
        static let padding = Border.colour(
            EvaluationGeometry.padding.red, EvaluationGeometry.padding.green, EvaluationGeometry.padding.blue)
    }

    let width: Int
    let height: Int
    let border: Border

    init(image: RGBImage, border: Border) {
        width = image.width
        height = image.height
        self.border = border
    }

    /// Samples a straight line: pixel i of the output looks at `(startX + i·stepX, startY + i·stepY)`, in pixels, (0, 0) the centre of the first pixel.
    func sampleRow(
        _ source: UnsafeBufferPointer<UInt8>, startX: Double, startY: Double, stepX: Double, stepY: Double,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        let count = target.count / 3
        let unit = 65536.0
        var (x, y) = (Int((startX * unit).rounded()), Int((startY * unit).rounded()))
        let rim: (UInt8, UInt8, UInt8)? = if case .colour(let red, let green, let blue) = border { (red, green, blue) } else { nil }
        let (dx, dy) = (Int((stepX * unit).rounded()), Int((stepY * unit).rounded()))
        for index in 0..<count {
            let (left, top) = (x >> 16, y >> 16)
            let (weightX, weightY) = ((x >> 8) & 255, (y >> 8) & 255)
            if left >= 0 && top >= 0 && left + 1 < width && top + 1 < height {
                let upper = (top * width + left) * 3
                blend(source, upper, upper + 3, upper + width * 3, upper + width * 3 + 3, weightX, weightY, into: target, at: index * 3)
            } else if let rim {
                fill(source, (x + 32768) >> 16, (y + 32768) >> 16, rim, into: target, at: index * 3)
            } else {
                let (x0, x1) = (Self.reflected(left, width), Self.reflected(left + 1, width))
                let (y0, y1) = (Self.reflected(top, height) * width, Self.reflected(top + 1, height) * width)
                blend(source, (y0 + x0) * 3, (y0 + x1) * 3, (y1 + x0) * 3, (y1 + x1) * 3, weightX, weightY, into: target, at: index * 3)
            }
            x &+= dx
            y &+= dy
        }
    }

    @inline(__always)
    private func blend(
        _ source: UnsafeBufferPointer<UInt8>, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ weightX: Int, _ weightY: Int,
        into target: UnsafeMutableBufferPointer<UInt8>, at output: Int
    ) {
        for channel in 0..<3 {
            let upper = Int(source[a + channel]) &* (256 &- weightX) &+ Int(source[b + channel]) &* weightX
            let lower = Int(source[c + channel]) &* (256 &- weightX) &+ Int(source[d + channel]) &* weightX
            target[output + channel] = UInt8(truncatingIfNeeded: (upper &* (256 &- weightY) &+ lower &* weightY &+ 32768) >> 16)
        }
    }

    /// At the rim the nearest pixel, beyond it the colour.
    private func fill(
        _ source: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int, _ colour: (UInt8, UInt8, UInt8),
        into target: UnsafeMutableBufferPointer<UInt8>, at output: Int
    ) {
        if x >= 0 && y >= 0 && x < width && y < height {
            for channel in 0..<3 { target[output + channel] = source[(y * width + x) * 3 + channel] }
        } else {
            (target[output], target[output + 1], target[output + 2]) = colour
        }
    }

    /// The index that `index` shows in a mirror at both ends; any number of times.
    static func reflected(_ index: Int, _ count: Int) -> Int {
        let period = 2 * count
        var position = index % period
        if position < 0 { position += period }
        return position < count ? position : period - 1 - position
    }
}
