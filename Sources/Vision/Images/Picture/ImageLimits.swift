/// What a picture from outside may cost.
package struct ImageLimits: Sendable, Equatable {
    /// Length of the file in bytes.
    package var maximumBytes: Int
    /// Width times height, checked against the header before pixels are allocated.
    package var maximumPixels: Int

    package init(maximumBytes: Int = 32 << 20, maximumPixels: Int = 100_000_000) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
    }

    /// 32 MiB and 100 megapixels: a whole slide field of view passes, a bomb does not.
    package static let standard = ImageLimits()

    func check(byteCount: Int) throws(ImageError) {
        guard byteCount <= maximumBytes else { throw .tooManyBytes(got: byteCount, limit: maximumBytes) }
    }

    /// Refuses sides whose product passes the limit (or does not fit in an `Int`).
    func check(width: Int, height: Int, format: ImageFormat) throws(ImageError) {
        guard width > 0, height > 0 else { throw .corrupt(format: format, detail: "\(width) by \(height) pixels") }
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixels <= maximumPixels else { throw .tooManyPixels(got: overflow ? Int.max : pixels, limit: maximumPixels) }
    }
}
