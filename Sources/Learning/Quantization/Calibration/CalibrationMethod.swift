/// How the range of an activation follows from what was seen on the calibration pictures.
package enum CalibrationMethod: String, Codable, Sendable, CaseIterable {
    /// The largest magnitude.
    case minmax
    /// The magnitude that 99.99 % of all values do not exceed: a few outliers are cut off for a finer grid.
    case percentile

    /// The share of values inside the range.
    var share: Double {
        switch self {
        case .minmax: 1
        case .percentile: 0.9999
        }
    }
}
