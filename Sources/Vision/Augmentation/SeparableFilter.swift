import Foundation
import Images

/// A smoothing filter that is the same in both directions, 5 taps; borders reflect 101.
struct SeparableFilter {
    /// Five weights that sum to 1.
    let weights: [Float]

    /// `cv2.blur(image, (5, 5))`.
    static let box5 = SeparableFilter(weights: [0.2, 0.2, 0.2, 0.2, 0.2])

    /// `cv2.GaussianBlur(image, (5, 5), 4)`.
    static let gaussian5: SeparableFilter = {
        let raw = (-2...2).map { exp(-Double($0 * $0) / (2 * 4 * 4)) }
        let total = raw.reduce(0, +)
        return SeparableFilter(weights: raw.map { Float($0 / total) })
    }()

    func apply(to image: RGBImage) -> RGBImage {
        let plane = BorderedPlane(image, margin: 2, border: .reflect101)
        let width = image.width * 3
        let (a, b, c) = (weights[0], weights[1], weights[2])
        return plane.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: plane.rowBytes) { column in
                    for y in 0..<image.height {
                        let start = y * plane.rowBytes
                        let step = plane.rowBytes
                        for x in 0..<plane.rowBytes {
                            let outer = Float(Int32(source[start + x]) &+ Int32(source[start + x + 4 * step]))
                            let inner = Float(Int32(source[start + x + step]) &+ Int32(source[start + x + 3 * step]))
                            column[x] = a * outer + b * inner + c * Float(source[start + x + 2 * step])
                        }
                        for x in 0..<width {
                            let sum = a * (column[x] + column[x + 12]) + b * (column[x + 3] + column[x + 9]) + c * column[x + 6]
                            target[y * width + x] = UInt8(min(255, sum + 0.5))
                        }
                    }
                }
            }
        }
    }
}
