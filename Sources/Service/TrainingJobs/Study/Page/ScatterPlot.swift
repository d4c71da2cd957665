import Foundation

/// Accuracy against a cost on a logarithmic axis, with the Pareto front as a line. Drawn where there are two points or more.
struct ScatterPlot {
    struct Point {
        let label: String
        /// Above 0.
        let x: Double
        /// Percent.
        let y: Double
        let isFront: Bool
    }

    let points: [Point]
    /// What the horizontal axis is.
    let horizontal: String

    private static let width = 520.0
    private static let height = 340.0
    private static let left = 64.0
    private static let bottom = 48.0
    private static let edge = 16.0
    /// Room for the name of the vertical axis.
    private static let top = 30.0

    var svg: String {
        let points = points.filter { $0.x > 0 && $0.x.isFinite && $0.y.isFinite }
        guard points.count >= 2 else { return "" }
        let xs = Self.logarithms(points.map(\.x))
        let ys = Self.range(points.map(\.y))
        func x(_ value: Double) -> Double {
            Self.left + (log10(value) - xs.low) / (xs.high - xs.low) * (Self.width - Self.left - Self.edge)
        }
        func y(_ value: Double) -> Double {
            Self.height - Self.bottom - (value - ys.low) / (ys.high - ys.low) * (Self.height - Self.bottom - Self.top)
        }
        var parts: [String] = []
        for step in 0...4 {
            let up = ys.low + (ys.high - ys.low) * Double(step) / 4
            let line = Markup.number(y(up))
            parts.append(
                "<line x1=\"\(Markup.number(Self.left))\" y1=\"\(line)\" x2=\"\(Markup.number(Self.width - Self.edge))\" y2=\"\(line)\" stroke=\"#e4e8ee\"/>"
            )
            parts.append(
                "<text x=\"\(Markup.number(Self.left - 6))\" y=\"\(Markup.number(y(up) + 4))\" text-anchor=\"end\">\(Figure.fixed(up, 1))</text>"
            )
        }
        for mark in Self.marks(xs) {
            let column = Markup.number(x(mark))
            parts.append(
                "<line x1=\"\(column)\" y1=\"\(Markup.number(Self.top))\" x2=\"\(column)\" y2=\"\(Markup.number(Self.height - Self.bottom))\" stroke=\"#e4e8ee\"/>"
            )
            parts.append(
                "<text x=\"\(column)\" y=\"\(Markup.number(Self.height - Self.bottom + 18))\" text-anchor=\"middle\">\(Self.short(mark))</text>"
            )
        }
        let front = points.filter(\.isFront).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        let path = front.map { "\(Markup.number(x($0.x))),\(Markup.number(y($0.y)))" }.joined(separator: " ")
        parts.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"#b4541a\" stroke-width=\"2\"/>")
        for point in points {
            let (cx, cy) = (Markup.number(x(point.x)), Markup.number(y(point.y)))
            parts.append("<circle cx=\"\(cx)\" cy=\"\(cy)\" r=\"5\" fill=\"\(point.isFront ? "#b4541a" : "#2b6cb0")\"/>")
            parts.append(
                "<text x=\"\(Markup.number(x(point.x) + 8))\" y=\"\(Markup.number(y(point.y) - 6))\">\(Markup.escape(point.label))</text>")
        }
        let middle = Markup.number((Self.left + Self.width - Self.edge) / 2)
        parts.append(
            "<text x=\"\(middle)\" y=\"\(Markup.number(Self.height - 8))\" text-anchor=\"middle\">\(Markup.escape(horizontal))</text>")
        parts.append("<text x=\"4\" y=\"12\">accuracy, %</text>")
        return """
            <svg viewBox="0 0 \(Markup.number(Self.width)) \(Markup.number(Self.height))" width="\(Markup.number(Self.width))" role="img" aria-label="Accuracy against \(Markup.escape(horizontal))">
            \(parts.joined(separator: "\n"))
            </svg>

            """
    }

    /// A little more than the values span, never empty.
    private static func range(_ values: [Double]) -> (low: Double, high: Double) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let room = max((high - low) * 0.1, abs(high) * 0.02, 0.1)
        return (max(0, low - room), high + room)
    }

    /// The same for their logarithms.
    private static func logarithms(_ values: [Double]) -> (low: Double, high: Double) {
        let (low, high) = (log10(values.min() ?? 1), log10(values.max() ?? 10))
        let room = max((high - low) * 0.1, 0.1)
        return (low - room, high + room)
    }

    /// 1, 2 and 5 of each decade, or only the decades where these would crowd.
    private static func marks(_ range: (low: Double, high: Double)) -> [Double] {
        let digits = range.high - range.low > 3 ? [1.0] : [1, 2, 5]
        let decades = Int(range.low.rounded(.down))...Int(range.high.rounded(.up))
        return decades.flatMap { decade in digits.map { $0 * pow(10, Double(decade)) } }.filter {
            log10($0) >= range.low && log10($0) <= range.high
        }
    }

    private static func short(_ value: Double) -> String { value >= 1 ? Figure.fixed(value, 0) : String(format: "%g", value) }
}
