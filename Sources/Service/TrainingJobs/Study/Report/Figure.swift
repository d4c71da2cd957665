import Foundation

/// Numbers as people read them.
enum Figure {
    /// `= 0.031`, `< 0.0001`.
    static func p(_ value: Double) -> String { value < 0.0001 ? shortP(value) : "= " + shortP(value) }
    /// The same in a column of them.
    static func shortP(_ value: Double) -> String { value < 0.0001 ? "< 0.0001" : fixed(value, 4) }
    static func fixed(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }
    static func percent(_ value: Double) -> String { String(format: "%.1f", value * 100) }
    /// Megabytes of 10⁶ bytes.
    static func megabytes(_ bytes: Double) -> String { String(format: "%.2f", bytes / 1e6) }
}
