import Images

/// The ten transforms of the distillation family: each gives another view of an unlabelled picture. They act on the decoded picture, before the
/// evaluation geometry, have no parameters and no chance in them.
///
/// Reference: OpenCV with its default border (reflect 101), and the table formulas of each case.
package enum PictureTransform: String, CaseIterable, Codable, Sendable {
    /// Left and right change places.
    case horizontalFlip = "horizontal_flip"
    /// Top and bottom change places.
    case verticalFlip = "vertical_flip"
    /// Both: a half turn.
    case horizontalVerticalFlip = "horizontal_vertical_flip"
    /// Mean of 5 × 5 pixels.
    case boxBlur = "box_blur"
    /// Gaussian of 5 × 5 pixels, σ = 4.
    case gaussianBlur = "gaussian_blur"
    /// Median of 5 × 5 pixels, each channel on its own; edge pixels repeated.
    case medianBlur = "median_blur"
    /// Edge-preserving smoothing: diameter 9, σ = 75 in colour and in space.
    case bilateralFilter = "bilateral_filter"
    /// `round(255 · (level / 255)^(1 / 1.5))`: brighter shadows.
    case gamma
    /// Histogram equalisation of the luminance, colours kept.
    case equalizeLuma = "equalize_luma"
    /// Sharpening: five times the pixel minus its four neighbours.
    case filter2D = "filter_2d"

    /// - Returns: a picture of the same sides.
    package func apply(to image: RGBImage) -> RGBImage {
        switch self {
        case .horizontalFlip: Orientation.mirrored.applied(to: image)
        case .verticalFlip: Orientation.flipped.applied(to: image)
        case .horizontalVerticalFlip: Orientation.turnedHalf.applied(to: image)
        case .boxBlur: SeparableFilter.box5.apply(to: image)
        case .gaussianBlur: SeparableFilter.gaussian5.apply(to: image)
        case .medianBlur: MedianFilter.apply(to: image)
        case .bilateralFilter: BilateralFilter.apply(to: image)
        case .gamma: image.mapped(by: Self.gammaTable)
        case .equalizeLuma: LumaEqualisation.apply(to: image)
        case .filter2D: Sharpening.apply(to: image)
        }
    }
}
