import Base
import Foundation
import Images

/// The everyday augmentation of training (the design's section 3): mirror images with probability ½ each; rotation up to ±10°, zoom 1 ... 1.1, brightness and
/// contrast up to ±20 %, each with probability ¾.
///
/// One affine resampling (bilinear) leads from the decoded picture to the square, so that the picture is blurred once only; what lies outside is
/// reflected. With every draw at rest it looks at the same part of the picture as ``EvaluationGeometry``.
package struct WeakAugmentation: Sendable, Equatable {
    package let geometry: EvaluationGeometry
    package let flips: Flips

    package init(size: Int, fit: Fit, flips: Flips) {
        geometry = EvaluationGeometry(size: size, fit: fit)
        self.flips = flips
    }

    /// - Parameters:
    ///   - image: as decoded, or `geometry.reduced(_:)` of it (the result is the same; the reduction is then not repeated).
    ///   - random: the only source of chance; the number of draws does not depend on their outcome.
    /// - Returns: `size` by `size` pixels.
    package func apply(to image: RGBImage, random: inout SeededRandom) -> RGBImage {
        let choice = WeakChoice(flips: flips, random: &random)
        let resampled = AffineResampling(geometry: geometry, choice: choice).apply(to: geometry.reduced(image))
        return choice.hasTone ? Tone(brightness: choice.brightness, contrast: choice.contrast).apply(to: resampled) : resampled
    }
}
