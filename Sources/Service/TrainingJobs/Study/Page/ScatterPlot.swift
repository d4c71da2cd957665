/// Accuracy against a cost, with the Pareto front as a line. Drawn where there are two points or more.
struct ScatterPlot {
    struct Point {
        let label: String
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

    var svg: String {
        guard points.count >= 2 else { return "" }
        let xs = Self.range(points.map(\.x), atLeast: 0)
        let ys = Self.range(points.map(\.y), atLeast: 0)
        func x(_ value: Double) -> Double { Self.left + (value - xs.low) / (xs.high - xs.low) * (Self.width - Self.left - Self.edge) }
        func y(_ value: Double) -> Double {
            Self.height - Self.bottom - (value - ys.low) / (ys.high - ys.low) * (Self.height - Self.bottom - Self.edge)
        }
        var parts: [String] = []
        for step in 0...4 {
            let (across, up) = (xs.low + (xs.high - xs.low) * Double(step) / 4, ys.low + (ys.high - ys.low) * Double(step) / 4)
            let (line, column) = (Markup.number(y(up)), Markup.number(x(across)))
            parts.append(
                "<line x1=\"\(Markup.number(Self.left))\" y1=\"\(line)\" x2=\"\(Markup.number(Self.width - Self.edge))\" y2=\"\(line)\" stroke=\"#e4e8ee\"/>"
            )
            parts.append(
                "<text x=\"\(Markup.number(Self.left - 6))\" y=\"\(Markup.number(y(up) + 4))\" text-anchor=\"end\">\(Figure.fixed(up, 1))</text>"
            )
            parts.append(
                "<text x=\"\(column)\" y=\"\(Markup.number(Self.height - Self.bottom + 18))\" text-anchor=\"middle\">\(Figure.fixed(across, 1))</text>"
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
    private static func range(_ values: [Double], atLeast floor: Double) -> (low: Double, high: Double) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let room = max((high - low) * 0.1, abs(high) * 0.02, 0.1)
        return (max(floor, low - room), high + room)
    }
}
