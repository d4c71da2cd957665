import Images

/// A picture with a rim of extra pixels, so that a filter needs no question at the edge.
struct BorderedPlane {
    enum Border {
        /// OpenCV's default, reflect 101: … 2 1 | 0 1 2 …
        case reflect101
        /// The edge pixel repeated.
        case replicate

        /// The inside index that stands for `index`.
        func inside(_ index: Int, _ count: Int) -> Int {
            switch self {
            case .replicate: return min(count - 1, max(0, index))
            case .reflect101:
                if count == 1 { return 0 }
                let period = 2 * (count - 1)
                let position = ((index % period) + period) % period
                return position < count ? position : period - position
            }
        }
    }

    /// `[height + 2·margin, width + 2·margin, 3]`.
    let pixels: [UInt8]
    /// Bytes from one row to the next.
    let rowBytes: Int

    init(_ image: RGBImage, margin: Int, border: Border) {
        let columns = (-margin..<(image.width + margin)).map { border.inside($0, image.width) * 3 }
        let rows = (-margin..<(image.height + margin)).map { border.inside($0, image.height) * image.width * 3 }
        rowBytes = columns.count * 3
        pixels = image.pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: rows.count * columns.count * 3) { target, filled in
                var output = 0
                for row in rows {
                    for column in columns {
                        target[output] = source[row + column]
                        target[output + 1] = source[row + column + 1]
                        target[output + 2] = source[row + column + 2]
                        output += 3
                    }
                }
                filled = output
            }
        }
    }
}
