import Foundation
import Images

/// Output (x, y) looks at input (xx·x + xy·y + x₀, yx·x + yy·y + y₀), pixel centres at halves; outside is grey 127.
struct GreyRimmedWarp {
    let xx: Double
    let xy: Double
    let yx: Double
    let yy: Double
    var x = 0.0
    var y = 0.0

    /// Counter-clockwise about the centre.
    static func rotation(degrees: Double, of image: RGBImage) -> GreyRimmedWarp {
        let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        let (cx, cy) = (Double(image.width) / 2, Double(image.height) / 2)
        // A picture that turns counter-clockwise (y points down) looks back clockwise.
        return GreyRimmedWarp(
            xx: cosine, xy: -sine, yx: sine, yy: cosine, x: cx - cosine * cx + sine * cy, y: cy - sine * cx - cosine * cy)
    }

    func apply(to image: RGBImage) -> RGBImage {
        let sampler = BilinearSampler(image: image, border: .colour(127, 127, 127))
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: image.height) { target in
                let row = image.width * 3
                for line in 0..<image.height {
                    let dy = Double(line) + 0.5
                    sampler.sampleRow(
                        source, startX: xx * 0.5 + xy * dy + x - 0.5, startY: yx * 0.5 + yy * dy + y - 0.5, stepX: xx, stepY: yx,
                        into: UnsafeMutableBufferPointer(rebasing: target[(line * row)..<((line + 1) * row)]))
                }
            }
        }
    }
}
