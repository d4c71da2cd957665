import Images

/// One operation of RandAugment (Cubuk et al. 2020, arXiv:1909.13719) with its magnitude. Pictures keep their sides.
///
/// Reference: Pillow (`ImageOps`, `ImageEnhance`, `Image.transform` with bilinear interpolation); what lies outside is grey 127.
package enum StrongOperation: Sendable, Equatable {
    /// Each channel stretched to 0 ... 255.
    case autocontrast
    /// A blend with black: 0 black, 1 as it is.
    case brightness(factor: Double)
    /// A blend with the grey picture: 0 grey, 1 as it is.
    case color(factor: Double)
    /// A blend with the mean grey: 0 flat, 1 as it is.
    case contrast(factor: Double)
    /// Each channel's histogram made flat.
    case equalize
    case identity
    /// Keeps the upper `bits` of each byte, 1 ... 8.
    case posterize(bits: Int)
    /// About the centre, counter-clockwise.
    case rotate(degrees: Double)
    /// A blend with the smoothed picture: 0 smooth, 1 as it is, above sharper.
    case sharpness(factor: Double)
    /// Output (x, y) looks at input (x + factor · y, y).
    case shearX(factor: Double)
    /// Output (x, y) looks at input (x, y + factor · x).
    case shearY(factor: Double)
    /// Bytes from `threshold` on are inverted.
    case solarize(threshold: Int)
    /// Output (x, y) looks at input (x + pixels, y).
    case translateX(pixels: Double)
    /// Output (x, y) looks at input (x, y + pixels).
    case translateY(pixels: Double)

    package func apply(to image: RGBImage) -> RGBImage {
        switch self {
        case .autocontrast: Histograms(of: image).map(image, by: Histograms.autocontrast)
        case .equalize: Histograms(of: image).map(image, by: Histograms.equalisation)
        case .brightness(let factor): image.mapped(by: Blend(factor: factor).table(towards: 0))
        case .contrast(let factor):
            image.mapped(by: Blend(factor: factor).table(towards: UInt8(clamping: Int(Blend.meanGrey(of: image) + 0.5))))
        case .color(let factor): Blend(factor: factor).apply(Blend.grey(of: image), image)
        case .sharpness(let factor): Blend(factor: factor).apply(Smoothing.apply(to: image), image)
        case .identity: image
        case .posterize(let bits): image.mapped(by: (0..<256).map { UInt8($0 & (0xFF00 >> min(max(bits, 0), 8)) & 0xFF) })
        case .solarize(let threshold): image.mapped(by: (0..<256).map { UInt8($0 < threshold ? $0 : 255 - $0) })
        case .rotate(let degrees): GreyRimmedWarp.rotation(degrees: degrees, of: image).apply(to: image)
        case .shearX(let factor): GreyRimmedWarp(xx: 1, xy: factor, yx: 0, yy: 1).apply(to: image)
        case .shearY(let factor): GreyRimmedWarp(xx: 1, xy: 0, yx: factor, yy: 1).apply(to: image)
        case .translateX(let pixels): GreyRimmedWarp(xx: 1, xy: 0, yx: 0, yy: 1, x: pixels).apply(to: image)
        case .translateY(let pixels): GreyRimmedWarp(xx: 1, xy: 0, yx: 0, yy: 1, y: pixels).apply(to: image)
        }
    }
}
