import Images

/// `cv2.filter2D` with the kernel (0 −1 0, −1 5 −1, 0 −1 0); borders reflect 101; results cut to 0 ... 255.
enum Sharpening {
    static func apply(to image: RGBImage) -> RGBImage {
        let plane = BorderedPlane(image, margin: 1, border: .reflect101)
        let width = image.width * 3
        return plane.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                for y in 0..<image.height {
                    let row = (y + 1) * plane.rowBytes + 3
                    for x in 0..<width {
                        let centre = row + x
                        let across = Int32(source[centre - 3]) &+ Int32(source[centre + 3])
                        let along = Int32(source[centre - plane.rowBytes]) &+ Int32(source[centre + plane.rowBytes])
                        target[y * width + x] = UInt8(clamping: 5 &* Int32(source[centre]) &- across &- along)
                    }
                }
            }
        }
    }
}
