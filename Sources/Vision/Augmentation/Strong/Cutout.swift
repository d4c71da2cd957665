import Base
import Images

/// A grey square somewhere in the picture, cut off at its edges (DeVries and Taylor 2017, arXiv:1708.04552).
package struct Cutout: Sendable, Equatable {
    package let columns: Range<Int>
    package let rows: Range<Int>

    /// The square's side is uniform in 0 ... half the picture's, its centre uniform over the picture. Always three draws.
    /// - Parameter side: of the picture, pixels.
    package init(side: Int, random: inout SeededRandom) {
        let length = random.uniform() * Double(side) / 2
        func range(_ centre: Double) -> Range<Int> {
            let first = min(side, max(0, Int((centre - length / 2).rounded())))
            return first..<max(first, min(side, Int((centre + length / 2).rounded())))
        }
        columns = range(random.uniform() * Double(side))
        rows = range(random.uniform() * Double(side))
    }

    /// - Parameter image: of the side that was drawn for, or larger.
    package func apply(to image: RGBImage) -> RGBImage {
        image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                for index in 0..<source.count { target[index] = source[index] }
                for row in rows where row < image.height {
                    for index in ((row * image.width + columns.lowerBound) * 3)..<((row * image.width + columns.upperBound) * 3) {
                        target[index] = 127
                    }
                }
            }
        }
    }
}
