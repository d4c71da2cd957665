/// A rectangle on a picture, in its pixels; not whole ones, and where a picture was padded it reaches beyond it.
package struct PictureArea: Sendable, Codable, Equatable {
    package var left: Double
    package var top: Double
    package var width: Double
    package var height: Double

    package init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The same rectangle on the picture at another size: `x` and `y` times as wide and high.
    package func scaled(x: Double, y: Double) -> PictureArea {
        PictureArea(left: left * x, top: top * y, width: width * x, height: height * y)
    }
}

extension EvaluationGeometry {
    /// The part of a picture that ``apply(to:)`` makes the square of.
    ///
    /// - Parameters:
    ///   - width: of the picture, pixels, at least 1.
    ///   - height: of the picture, pixels, at least 1.
    package func coverage(width: Int, height: Int) -> PictureArea {
        let resized = resizedSides(width: width, height: height)
        func side(_ original: Int, _ resized: Int) -> (start: Double, length: Double) {
            let scale = Double(original) / Double(resized)
            let start = resized >= size ? Self.centred(resized - size) : -Self.centred(size - resized)
            return (Double(start) * scale, Double(size) * scale)
        }
        let (x, y) = (side(width, resized.width), side(height, resized.height))
        return PictureArea(left: x.start, top: y.start, width: x.length, height: y.length)
    }
}
