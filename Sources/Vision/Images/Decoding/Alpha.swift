/// Flattens transparent pixels on white.
enum Alpha {
    /// - Parameters:
    ///   - rgba: `count` pixels of four bytes, colours not multiplied by alpha.
    ///   - rgb: `count` pixels of three bytes: `round(255 + (colour - 255) · alpha / 255)`.
    static func flatten(_ rgba: UnsafeBufferPointer<UInt8>, into rgb: UnsafeMutableBufferPointer<UInt8>, count: Int) {
        for index in 0..<count {
            let alpha = UInt32(rgba[index * 4 + 3])
            for channel in 0..<3 {
                let sum = UInt32(rgba[index * 4 + channel]) * alpha + 255 * (255 - alpha)
                rgb[index * 3 + channel] = UInt8((sum + 127) / 255)
            }
        }
    }
}
