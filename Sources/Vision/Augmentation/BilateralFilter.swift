import Foundation
import Images

/// `cv2.bilateralFilter(image, 9, 75, 75)`: a mean over a disc of radius 4 in which near and similar pixels count more; borders reflect 101.
///
/// Similarity is the sum of the absolute differences of the three channels, as in OpenCV. Source: Tomasi and Manduchi 1998.
enum BilateralFilter {
    private static let radius = 4
    private static let sigma = 75.0
    /// Weight of a colour difference 0 ... 765.
    private static let colourWeights: [Float] = (0...765).map { Float(exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }

    static func apply(to image: RGBImage) -> RGBImage {
        let plane = BorderedPlane(image, margin: radius, border: .reflect101)
        var offsets: [Int] = []
        var spaceWeights: [Float] = []
        for dy in -radius...radius {
            for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
                offsets.append(dy * plane.rowBytes + dx * 3)
                spaceWeights.append(Float(exp(-0.5 * Double(dx * dx + dy * dy) / (sigma * sigma))))
            }
        }
        return plane.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                for y in 0..<image.height {
                    for x in 0..<image.width {
                        let centre = (y + radius) * plane.rowBytes + (x + radius) * 3
                        let (red, green, blue) = (Int(source[centre]), Int(source[centre + 1]), Int(source[centre + 2]))
                        var (sumRed, sumGreen, sumBlue, total): (Float, Float, Float, Float) = (0, 0, 0, 0)
                        for index in offsets.indices {
                            let start = centre + offsets[index]
                            let (r, g, b) = (Int(source[start]), Int(source[start + 1]), Int(source[start + 2]))
                            let weight = spaceWeights[index] * colourWeights[abs(r - red) + abs(g - green) + abs(b - blue)]
                            sumRed += Float(r) * weight
                            sumGreen += Float(g) * weight
                            sumBlue += Float(b) * weight
                            total += weight
                        }
                        let output = (y * image.width + x) * 3
                        target[output] = UInt8(sumRed / total + 0.5)
                        target[output + 1] = UInt8(sumGreen / total + 0.5)
                        target[output + 2] = UInt8(sumBlue / total + 0.5)
                    }
                }
            }
        }
    }
}
