/// Changes the size of pictures.
package enum Resize {
    /// A rectangle of whole pixels.
    package struct Window: Sendable, Equatable {
        package var left: Int
        package var top: Int
        package var width: Int
        package var height: Int

        package init(left: Int, top: Int, width: Int, height: Int) {
            self.left = left
            self.top = top
            self.width = width
            self.height = height
        }
    }

    /// Bilinear with antialiasing: equal, to the level, to Pillow's `Image.resize((width, height), Image.BILINEAR)`.
    ///
    /// - Parameters:
    ///   - width: pixels, at least 1.
    ///   - height: pixels, at least 1.
    package static func bilinear(_ image: RGBImage, width: Int, height: Int) -> RGBImage {
        bilinear(image, width: width, height: height, window: Window(left: 0, top: 0, width: width, height: height))
    }

    /// The part `window` of the picture that ``bilinear(_:width:height:)`` makes, without computing the rest.
    /// `window` must lie inside `width` by `height`.
    package static func bilinear(_ image: RGBImage, width: Int, height: Int, window: Window) -> RGBImage {
        precondition(window.left >= 0 && window.top >= 0 && window.width > 0 && window.height > 0, "an empty window")
        precondition(window.left + window.width <= width && window.top + window.height <= height, "a window outside the picture")
        let columns = ResampleTable(from: image.width, to: width, outputs: window.left..<(window.left + window.width))
        let rows = ResampleTable(from: image.height, to: height, outputs: window.top..<(window.top + window.height))
        // Horizontal first, and only the rows that the vertical pass will read, as Pillow does. Where the height stays there is no vertical pass, and the rows
        // are the window's: the table's last tap looks one row further, with weight 0.
        let needed = image.height == height ? window.top..<(window.top + window.height) : rows.inputs
        let wide =
            image.width == width
            ? crop(image, Window(left: window.left, top: needed.lowerBound, width: window.width, height: needed.count))
            : columns.resampleRows(of: image, rows: needed)
        if image.height == height { return wide }
        return rows.resampleColumns(of: wide, skipping: needed.lowerBound)
    }

    /// Cuts out a rectangle, which must lie inside the picture.
    package static func crop(_ image: RGBImage, _ window: Window) -> RGBImage {
        precondition(window.left >= 0 && window.top >= 0 && window.width > 0 && window.height > 0, "an empty window")
        precondition(
            window.left + window.width <= image.width && window.top + window.height <= image.height, "a window outside the picture")
        if window.width == image.width && window.height == image.height { return image }
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: window.width, height: window.height) { target in
                for y in 0..<window.height {
                    let from = ((window.top + y) * image.width + window.left) * 3
                    let row = UnsafeMutableBufferPointer(rebasing: target[(y * window.width * 3)..<((y + 1) * window.width * 3)])
                    _ = row.update(fromContentsOf: source[from..<(from + window.width * 3)])
                }
            }
        }
    }

    /// Shrinks a picture, its shape kept, so that no side is longer than `longestSide`. Smaller pictures stay as they are.
    package static func thumbnail(_ image: RGBImage, longestSide: Int) -> RGBImage {
        let longest = max(image.width, image.height)
        guard longest > longestSide else { return image }
        func scaled(_ side: Int) -> Int { max(1, Int((Double(side) * Double(longestSide) / Double(longest)).rounded())) }
        return bilinear(image, width: scaled(image.width), height: scaled(image.height))
    }
}
