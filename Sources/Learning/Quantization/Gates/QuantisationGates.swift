import Foundation

/// The two decisions on int8, as pure functions of what was measured. Source: learning.md, section 7.
package enum QuantisationGates {
    package struct Verdict: Sendable, Equatable {
        package let passes: Bool
        /// One sentence with the figures.
        package let reason: String
    }

    /// Int8 may lose at most `maxDrop` of the validation macro-F1.
    package static func accuracy(_ method: CalibrationMethod, float: Double, int8: Double, maxDrop: Double) -> Verdict {
        let drop = float - int8
        // Sums of ratios: 0.95 - 0.94 is a little above 0.01 in binary.
        let passes = int8.isFinite && drop <= maxDrop + 1e-12
        let figures = String(format: "macro-F1 %.4f in float, %.4f in int8 (%@), %.4f may be lost", float, int8, method.rawValue, maxDrop)
        return Verdict(passes: passes, reason: passes ? "int8 is accurate enough: \(figures)" : "int8 loses too much: \(figures)")
    }

    /// Int8 must be faster than float at batch 1.
    package static func speed(float: Double, int8: Double) -> Verdict {
        let figures = String(format: "median %.3f ms in float, %.3f ms in int8 at batch 1", float, int8)
        return int8 < float
            ? Verdict(passes: true, reason: "int8 is faster: \(figures)")
            : Verdict(passes: false, reason: "int8 is not faster here: \(figures)")
    }
}
