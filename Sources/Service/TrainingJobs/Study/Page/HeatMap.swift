import Evaluation

/// Numbers as shades and bars.
enum HeatMap {
    /// A table cell from white at `low` to blue at `high`; text turns white where the shade is dark.
    static func cell(_ moments: SampleMoments, low: Double, high: Double) -> String {
        let share = high > low ? (moments.mean - low) / (high - low) : 1
        func channel(_ from: Double, _ to: Double) -> Int { Int((from + (to - from) * share).rounded()) }
        let colour = "rgb(\(channel(247, 8)),\(channel(251, 69)),\(channel(255, 148)))"
        let deviation = moments.standardDeviation.map { " ± \(Figure.fixed($0))" } ?? ""
        let text = share > 0.55 ? "#fff" : "#1d2530"
        return "<td class=\"n\" style=\"background:\(colour);color:\(text)\">\(Figure.fixed(moments.mean))\(deviation)</td>"
    }

    /// - Parameter share: 0…1.
    static func bar(_ share: Double) -> String {
        "<span class=\"bar\"><span style=\"width:\(Figure.fixed(min(1, max(0, share)) * 100, 0))%\"></span></span>"
    }
}
