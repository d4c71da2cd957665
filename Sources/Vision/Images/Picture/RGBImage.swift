/// A picture in memory: 8-bit RGB, rows from the top, no padding.
///
/// Invariants: `width ≥ 1`, `height ≥ 1`, `pixels.count == width * height * 3`.
package struct RGBImage: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// `[height, width, 3]`, bytes, red first.
    package let pixels: [UInt8]

    /// - Throws: ``ImageError/wrongPixelCount(got:expected:)`` unless there are three bytes for each of at least one pixel.
    package init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
        let expected = Self.byteCount(width: width, height: height)
        guard let expected, pixels.count == expected else { throw .wrongPixelCount(got: pixels.count, expected: expected ?? 0) }
        self.init(checked: pixels, width: width, height: height)
    }

    /// Fills a new picture in place. `fill` must write all `width * height * 3` bytes.
    package init<Failure: Error>(
        width: Int, height: Int, filledBy fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        let count = width * height * 3
        var failure: Failure?
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(Failure) {
                try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
                filled = count
            } catch {
                failure = error
                filled = 0
            }
        }
        if let failure { throw failure }
        self.init(checked: pixels, width: width, height: height)
    }

    /// One colour everywhere.
    package init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
        self.init(width: width, height: height) { pixels in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                pixels[start] = red
                pixels[start + 1] = green
                pixels[start + 2] = blue
            }
        }
    }

    private init(checked pixels: [UInt8], width: Int, height: Int) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The smaller of width and height.
    package var shorterSide: Int { min(width, height) }

    /// Reads one pixel; for tests and small jobs. Traps outside the picture.
    package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "outside the picture")
        let start = (y * width + x) * 3
        return (pixels[start], pixels[start + 1], pixels[start + 2])
    }

    /// `width * height * 3`; nil unless both are positive and the product fits.
    private static func byteCount(width: Int, height: Int) -> Int? {
        guard width > 0, height > 0 else { return nil }
        let (area, tooLarge) = width.multipliedReportingOverflow(by: height)
        let (bytes, stillTooLarge) = area.multipliedReportingOverflow(by: 3)
        return tooLarge || stillTooLarge ? nil : bytes
    }
}
