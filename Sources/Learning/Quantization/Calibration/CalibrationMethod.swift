/// How the range of an activation follows from what was seen on the calibration pictures.
package enum CalibrationMethod: String, Codable, Sendable, CaseIterable {
    /// The largest magnitude.
    case minmax
    /// The magnitude that 99.99 % of all values do not exceed: a few outliers are cut off for a finer grid.
    case percentile
    /// Where the squared errors of rounding within and of clipping beyond add up to the least.
    case mse
    /// Where the clipped distribution loses least information in 128 levels.
    case entropy

    /// The share of values inside the range of ``percentile``.
    static let percentileShare = 0.9999
}
