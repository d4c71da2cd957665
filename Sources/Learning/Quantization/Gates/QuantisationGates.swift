import Foundation

/// The decisions on int8, as pure functions of what was measured. Source: learning.md, section 7.
package enum QuantisationGates {
    package struct Verdict: Sendable, Equatable {
        package let passes: Bool
        /// One sentence with the figures.
        package let reason: String
    }

    /// At most `allowed` of the pictures may be in doubt.
    package static func doubt(_ scheme: QuantisationScheme, share: Double, allowed: Double) -> Verdict {
        let figures = String(
            format: "%.1f %% of the pictures are in doubt (%@) and need float, at most %.0f %% may", 100 * share, scheme.description,
            100 * allowed)
        return Verdict(
            passes: share <= allowed,
            reason: share <= allowed ? "int8 is sure enough: \(figures)" : "int8 is too often in doubt: \(figures)")
    }

    /// Int8, with float where it is in doubt, may lose at most `maxDrop` of the validation macro-F1.
    package static func accuracy(_ scheme: QuantisationScheme, float: Double, int8: Double, maxDrop: Double) -> Verdict {
        let drop = float - int8
        // Sums of ratios: 0.95 - 0.94 is a little above 0.01 in binary.
        let passes = int8.isFinite && drop <= maxDrop + 1e-12
        let figures = String(
            format: "macro-F1 %.4f in float, %.4f in int8 (%@), %.4f may be lost", float, int8, scheme.description, maxDrop)
        return Verdict(passes: passes, reason: passes ? "int8 is accurate enough: \(figures)" : "int8 loses too much: \(figures)")
    }

    /// Int8 must be faster than float at batch 1, on average over sure and doubtful pictures.
    /// - Parameters:
    ///   - float, int8: milliseconds.
    ///   - doubt: the share of pictures that are computed in both.
    package static func speed(float: Double, int8: Double, doubt: Double) -> Verdict {
        let mean = int8 + doubt * float
        let figures = String(
            format: "median %.3f ms in float, %.3f ms in int8 at batch 1, %.3f ms on average with %.1f %% in doubt", float, int8, mean,
            100 * doubt)
        return mean < float
            ? Verdict(passes: true, reason: "int8 is faster: \(figures)")
            : Verdict(passes: false, reason: "int8 is not faster here: \(figures)")
    }
}
