/// What a picture file says of itself before its pixels are decoded.
package struct ImageHeader: Sendable, Equatable {
    package let format: ImageFormat
    /// Pixels, after the orientation tag is obeyed.
    package let width: Int
    /// Pixels, after the orientation tag is obeyed.
    package let height: Int

    package init(format: ImageFormat, width: Int, height: Int) {
        self.format = format
        self.width = width
        self.height = height
    }
}
