/// How a stored picture must be turned to stand upright: the tag 0x0112 of EXIF and TIFF 6.0 (page 36).
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored = 2
    case turnedHalf = 3
    case flipped = 4
    case transposed = 5
    case turnedRight = 6
    case transversed = 7
    case turnedLeft = 8

    /// Whether width and height change places.
    package var swapsSides: Bool { rawValue >= 5 }

    /// Turns stored pixels upright.
    package func applied(to image: RGBImage) -> RGBImage {
        if self == .upright { return image }
        let (sourceWidth, sourceHeight) = (image.width, image.height)
        let width = swapsSides ? sourceHeight : sourceWidth
        let height = swapsSides ? sourceWidth : sourceHeight
        // The stored pixel for output (x, y) lies at start + x·stepX + y·stepY, counted in pixels.
        let (last, bottom) = (sourceWidth - 1, (sourceHeight - 1) * sourceWidth)
        let (start, stepX, stepY): (Int, Int, Int) =
            switch self {
            case .upright: (0, 1, sourceWidth)
            case .mirrored: (last, -1, sourceWidth)
            case .turnedHalf: (bottom + last, -1, -sourceWidth)
            case .flipped: (bottom, 1, -sourceWidth)
            case .transposed: (0, sourceWidth, 1)
            case .turnedRight: (bottom, -sourceWidth, 1)
            case .transversed: (bottom + last, -sourceWidth, -1)
            case .turnedLeft: (last, sourceWidth, -1)
            }
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: width, height: height) { target in
                var output = 0
                for y in 0..<height {
                    var input = (start + y * stepY) * 3
                    for _ in 0..<width {
                        target[output] = source[input]
                        target[output + 1] = source[input + 1]
                        target[output + 2] = source[input + 2]
                        output += 3
                        input += stepX * 3
                    }
                }
            }
        }
    }
}
