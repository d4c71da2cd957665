import Foundation
import Images

/// One bilinear resampling through an affine map, with reflected borders (or padding, for ``Fit/pad``).
///
/// Pixel centres lie at halves: output (x + ½, y + ½) looks at source `centre + matrix · (x + ½ − size/2, y + ½ − size/2)`.
struct AffineResampling {
    let geometry: EvaluationGeometry
    let choice: WeakChoice

    /// - Parameter image: whose pixels are at most a quarter finer than the output's, else there is aliasing.
    /// - Returns: `size` by `size` pixels.
    func apply(to image: RGBImage) -> RGBImage {
        let size = geometry.size
        let sides = geometry.resizedSides(width: image.width, height: image.height)
        // Source pixels per output pixel, before rotation and zoom.
        let scaleX = Double(image.width) / Double(sides.width) / choice.zoom
        let scaleY = Double(image.height) / Double(sides.height) / choice.zoom
        let (sine, cosine) = (sin(choice.angle), cos(choice.angle))
        let (signX, signY) = (choice.mirrored ? -1.0 : 1.0, choice.flipped ? -1.0 : 1.0)
        // The mirror acts first on output coordinates, then the rotation, then the scale.
        let stepXX = scaleX * cosine * signX, stepXY = -scaleX * sine * signY
        let stepYX = scaleY * sine * signX, stepYY = scaleY * cosine * signY
        let half = Double(size) / 2
        // The source point under the centre of the output, with the evaluation's whole-pixel crop or padding.
        let centreX = (half + Double(EvaluationGeometry.centred(sides.width - size))) * scaleX * choice.zoom
        let centreY = (half + Double(EvaluationGeometry.centred(sides.height - size))) * scaleY * choice.zoom
        let sampler = BilinearSampler(image: image, border: geometry.fit == .pad ? .padding : .reflection)
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: size, height: size) { target in
                for y in 0..<size {
                    let (dx, dy) = (0.5 - half, Double(y) + 0.5 - half)
                    sampler.sampleRow(
                        source, startX: centreX + stepXX * dx + stepXY * dy - 0.5,
                        startY: centreY + stepYX * dx + stepYY * dy - 0.5, stepX: stepXX, stepY: stepYX,
                        into: UnsafeMutableBufferPointer(rebasing: target[(y * size * 3)..<((y + 1) * size * 3)]))
                }
            }
        }
    }
}
