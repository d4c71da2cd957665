import Aliquot
import Foundation

/// What a progress display says, as text. Pure.
enum ProgressText {
    private static let barWidth = 20

    /// `[█████      ]  43 %  student · epoch 12/50 · 128 images/s · 2 min left · loss 0.341 · macro-F1 0.812`, cut to the terminal.
    static func bar(_ progress: TrainingEvent.Progress, _ measures: [String: Double], columns: Int) -> String {
        var parts = [progress.phase.replacing("_", with: " ")]
        if let epoch = progress.epoch, let epochs = progress.epochs { parts.append("epoch \(epoch)/\(epochs)") }
        if let rate = progress.imagesPerSecond { parts.append("\(rounded(rate)) images/s") }
        if let left = progress.secondsLeft { parts.append("\(duration(left)) left") }
        return bar(progress.fraction, (parts + figures(measures)).joined(separator: " · "), columns: columns)
    }

    static func bar(_ fraction: Double, _ text: String, columns: Int) -> String {
        let share = min(1, max(0, fraction))
        let full = Int(share * Double(barWidth))
        let percent = "\(Int(share * 100))"
        let bar = String(repeating: "█", count: full) + String(repeating: " ", count: barWidth - full)
        return String("[\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %  \(text)".prefix(columns - 1))
    }

    /// `student: epoch 3 of 20, loss 0.534, macro-F1 0.812, 128 images/s, 2 min left`
    static func epoch(_ epoch: Int, _ measures: TrainingEvent.Measures, _ progress: TrainingEvent.Progress?) -> String {
        let of = progress?.epochs.map { " of \($0)" } ?? ""
        var parts = ["epoch \(epoch)\(of)"] + figures(measures.values)
        if let rate = measures.values["images_per_s"] { parts.append("\(rounded(rate)) images/s") }
        if let left = progress?.secondsLeft { parts.append("\(duration(left)) left") }
        return "\(measures.phase.replacing("_", with: " ")): \(parts.joined(separator: ", "))"
    }

    private static func figures(_ measures: [String: Double]) -> [String] {
        [("train_loss", "loss"), ("validation_macro_f1", "macro-F1")].compactMap { name, title in
            measures[name].map { "\(title) \(String(format: "%.3f", $0))" }
        }
    }

    private static func rounded(_ rate: Double) -> String { rate < 10 ? String(format: "%.1f", rate) : "\(Int(rate.rounded()))" }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e8 else { return "?" }
        let whole = Int(seconds.rounded())
        if whole < 90 { return "\(whole) s" }
        return whole < 5400 ? "\((whole + 30) / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
