import Images

/// A picture as a caller has it.
package enum PictureInput: Sendable {
    /// A file's bytes: JPEG, PNG, TIFF, WebP or BMP.
    case encoded([UInt8])
    case decoded(RGBImage)
    /// What the network takes, `[3, side, side]`, normalised by the caller.
    case normalised([Float])
}
