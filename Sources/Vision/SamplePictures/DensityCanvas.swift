import Base
import Foundation

/// What lies on the slide: optical densities, `[side, side]` for each colour of light.
struct DensityCanvas {
    let side: Int
    private(set) var red: [Float]
    private(set) var green: [Float]
    private(set) var blue: [Float]

    init(side: Int) {
        self.side = side
        red = [Float](repeating: 0, count: side * side)
        green = red
        blue = red
    }

    /// Visits the pixels within `reach` of (x, y) that lie on the canvas; `paint` gets a pixel's centre and its density so far and returns the new one.
    mutating func paint(x: Float, y: Float, reach: Float, _ paint: (Float, Float, Density) -> Density) {
        let columns = clipped(x - reach, x + reach)
        for row in clipped(y - reach, y + reach) {
            for column in columns {
                let index = row * side + column
                let before = Density(red: red[index], green: green[index], blue: blue[index])
                let after = paint(Float(column) + 0.5, Float(row) + 0.5, before)
                red[index] = after.red
                green[index] = after.green
                blue[index] = after.blue
            }
        }
    }

    private func clipped(_ lower: Float, _ upper: Float) -> Range<Int> {
        let first = min(side, max(0, Int(lower.rounded(.down))))
        return first..<max(first, min(side, Int(upper.rounded(.up)) + 1))
    }

    /// Multiplies every density, each colour by its own factor: strength and tint of the staining.
    mutating func stain(_ factor: Density) {
        for index in red.indices {
            red[index] *= factor.red
            green[index] *= factor.green
            blue[index] *= factor.blue
        }
    }

    /// Defocus: a Gaussian of this many pixels, edges repeated.
    mutating func blur(sigma: Float) {
        guard sigma > 0.05 else { return }
        let radius = Int((3 * sigma).rounded(.up))
        let raw = (-radius...radius).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
        let weights = raw.map { $0 / raw.reduce(0, +) }
        red = blurred(red, weights)
        green = blurred(green, weights)
        blue = blurred(blue, weights)
    }

    private func blurred(_ plane: [Float], _ weights: [Float]) -> [Float] {
        let radius = weights.count / 2
        // Along x and written transposed; twice gives both directions and the first order again.
        func pass(_ input: [Float]) -> [Float] {
            [Float](unsafeUninitializedCapacity: side * side) { output, filled in
                input.withUnsafeBufferPointer { input in
                    weights.withUnsafeBufferPointer { weights in
                        for y in 0..<side {
                            for x in 0..<side {
                                var sum: Float = 0
                                for tap in 0..<weights.count {
                                    sum += weights[tap] * input[y * side + min(side - 1, max(0, x + tap - radius))]
                                }
                                output[x * side + y] = sum
                            }
                        }
                    }
                }
                filled = side * side
            }
        }
        return pass(pass(plane))
    }
}
