import Images

/// Lays a heat map over the picture that it belongs to.
package struct HeatMapOverlay: Sendable {
    /// How much of the colour shows where the map is 1; it falls to none where the map is 0, so that the picture stays what it is wherever nothing speaks for the class.
    static let strength: Float = 0.65

    private let heat: HeatMap
    private let area: PictureArea

    /// - Parameter area: what the map covers, in pixels of the picture that will be drawn on.
    package init(_ heat: HeatMap, covering area: PictureArea) {
        self.heat = heat
        self.area = area
    }

    /// The picture with ``Viridis`` colours where the map is hot, bilinear between the middles of the map's cells, as PyTorch's `interpolate` without aligned corners; what
    /// the network did not see is grey, at half its brightness.
    package func drawn(on picture: RGBImage) -> RGBImage {
        let columns = (0..<picture.width).map { place($0, area.left, area.width) }
        return RGBImage(width: picture.width, height: picture.height) { target in
            heat.values.withUnsafeBufferPointer { values in
                picture.pixels.withUnsafeBufferPointer { source in
                    Viridis.levels.withUnsafeBufferPointer { levels in
                        for y in 0..<picture.height {
                            let row = place(y, area.top, area.height)
                            for x in 0..<picture.width {
                                let pixel = (y * picture.width + x) * 3, column = columns[x]
                                guard row.isSeen, column.isSeen else {
                                    let (red, green, blue) = (Int(source[pixel]), Int(source[pixel + 1]), Int(source[pixel + 2]))
                                    let grey = UInt8((299 * red + 587 * green + 114 * blue) / 2000)
                                    for channel in 0..<3 { target[pixel + channel] = grey }
                                    continue
                                }
                                let (upper, lower) = (row.first * heat.side, row.second * heat.side)
                                let above = values[upper + column.first] * (1 - column.share) + values[upper + column.second] * column.share
                                let below = values[lower + column.first] * (1 - column.share) + values[lower + column.second] * column.share
                                let value = above * (1 - row.share) + below * row.share
                                let colour = 3 * Int((value * 255).rounded()), alpha = Self.strength * value
                                for channel in 0..<3 {
                                    let level = Float(source[pixel + channel]) * (1 - alpha) + levels[colour + channel] * alpha
                                    target[pixel + channel] = UInt8(level.rounded())
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Between which two cells of a row or column of the map a pixel's middle lies.
    private struct Place {
        let first: Int
        let second: Int
        /// That of `second`, 0…1.
        let share: Float
        let isSeen: Bool
    }

    private func place(_ pixel: Int, _ start: Double, _ length: Double) -> Place {
        let inside = (Double(pixel) + 0.5 - start) / length
        let cell = min(max(inside * Double(heat.side) - 0.5, 0), Double(heat.side - 1))
        let first = Int(cell)
        return Place(
            first: first, second: min(first + 1, heat.side - 1), share: Float(cell - Double(first)), isSeen: (0...1).contains(inside))
    }
}
