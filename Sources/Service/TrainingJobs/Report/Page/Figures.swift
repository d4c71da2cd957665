import Evaluation
import Foundation

/// Numbers as a reader wants them.
enum Figures {
    static func decimal(_ value: Double, _ places: Int = 3) -> String { value.isFinite ? String(format: "%.\(places)f", value) : "–" }
    static func signed(_ value: Double) -> String { (value < 0 ? "−" : "+") + decimal(abs(value)) }
    static func percent(_ share: Double) -> String { share.isFinite ? String(format: "%.1f %%", share * 100) : "–" }
    static func interval(_ interval: ConfidenceInterval) -> String { "\(decimal(interval.low)) to \(decimal(interval.high))" }
    static func milliseconds(_ value: Double) -> String { value < 10 ? decimal(value, 2) + " ms" : decimal(value, 1) + " ms" }

    static func bytes(_ count: Int) -> String {
        if count < 1000 { return "\(count) B" }
        return count < 1_000_000 ? decimal(Double(count) / 1e3, 1) + " kB" : decimal(Double(count) / 1e6, 2) + " MB"
    }

    /// 12345678 as `12.35 M`.
    static func large(_ count: Int) -> String {
        switch count {
        case ..<10_000: "\(count)"
        case ..<1_000_000: decimal(Double(count) / 1e3, 1) + " k"
        case ..<1_000_000_000: decimal(Double(count) / 1e6, 2) + " M"
        default: decimal(Double(count) / 1e9, 2) + " G"
        }
    }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<10: return decimal(seconds, 1) + " s"
        case ..<90: return "\(whole) s"
        case ..<5400: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }

    /// `macro_f1` as `macro f1`; the names of measures are those of the report's JSON.
    static func words(_ name: String) -> String { name.replacing("_", with: " ").replacing(".", with: ", ") }
}
