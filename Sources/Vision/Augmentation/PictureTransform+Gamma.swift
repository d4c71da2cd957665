import Foundation

extension PictureTransform {
    /// `round(255 · (i / 255)^(1 / 1.5))`.
    static let gammaTable: [UInt8] = (0..<256).map { UInt8((255 * pow(Double($0) / 255, 1 / 1.5)).rounded()) }
}
