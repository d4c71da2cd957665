import Images

/// Pillow's `ImageFilter.SMOOTH`: the pixel five times and its eight neighbours, divided by 13; the outermost pixels stay.
enum Smoothing {
    static func apply(to image: RGBImage) -> RGBImage {
        let (width, height) = (image.width, image.height)
        guard width > 2, height > 2 else { return image }
        let row = width * 3
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: width, height: height) { target in
                for index in 0..<source.count { target[index] = source[index] }
                for y in 1..<(height - 1) {
                    for index in (y * row + 3)..<((y + 1) * row - 3) {
                        var sum = Int(source[index]) &* 4
                        for start in [index - row, index, index + row] {
                            sum &+= Int(source[start - 3]) &+ Int(source[start]) &+ Int(source[start + 3])
                        }
                        target[index] = UInt8(truncatingIfNeeded: (sum &* 2 &+ 13) / 26)
                    }
                }
            }
        }
    }
}
