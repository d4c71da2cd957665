import Images

/// `cv2.medianBlur(image, 5)`: the 13th of 25 levels, each channel on its own; edge pixels repeated.
///
/// A histogram slides along each row (Huang, Yang, Tang 1979) and the median walks with it.
enum MedianFilter {
    static func apply(to image: RGBImage) -> RGBImage {
        let plane = BorderedPlane(image, margin: 2, border: .replicate)
        return plane.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { histogram in
                    for y in 0..<image.height {
                        for channel in 0..<3 {
                            filterRow(
                                source, from: y * plane.rowBytes + channel, rowBytes: plane.rowBytes, count: image.width,
                                histogram: histogram,
                                into: target, at: y * image.width * 3 + channel)
                        }
                    }
                }
            }
        }
    }

    private static func filterRow(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, rowBytes: Int, count: Int, histogram: UnsafeMutableBufferPointer<Int32>,
        into target: UnsafeMutableBufferPointer<UInt8>, at output: Int
    ) {
        histogram.update(repeating: 0)
        for column in 0..<5 {
            for row in 0..<5 { histogram[Int(source[start + row * rowBytes + column * 3])] += 1 }
        }
        var median = 0
        var below: Int32 = 0  // levels smaller than the median
        for x in 0..<count {
            if x > 0 {
                for row in 0..<5 {
                    let leaving = Int(source[start + row * rowBytes + (x - 1) * 3])
                    let entering = Int(source[start + row * rowBytes + (x + 4) * 3])
                    histogram[leaving] -= 1
                    histogram[entering] += 1
                    if leaving < median { below -= 1 }
                    if entering < median { below += 1 }
                }
            }
            while below > 12 {
                median -= 1
                below -= histogram[median]
            }
            while below + histogram[median] <= 12 {
                below += histogram[median]
                median += 1
            }
            target[output + x * 3] = UInt8(median)
        }
    }
}
