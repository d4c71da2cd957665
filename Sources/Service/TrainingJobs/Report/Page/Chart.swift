import Foundation

/// A plot of lines over two axes, as inline SVG: fixed view box, everything computed here.
struct Chart {
    struct Line {
        let name: String
        let colour: String
        var isDashed = false
        let points: [(x: Double, y: Double)]
        /// A point that is marked, such as the best epoch.
        var marked: (x: Double, y: Double)?
    }

    static let width = 520.0
    static let height = 300.0
    private static let (left, right, top, bottom) = (52.0, 12.0, 12.0, 42.0)

    let title: String
    let xName: String
    let yName: String
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let xTicks: [Double]
    let yTicks: [Double]

    /// Axes that hold all points. Numbers that are not finite are left out of the lines.
    /// - Parameter top: the greatest value of the vertical axis where it has one, such as 1 for a share.
    init(_ title: String, xName: String, yName: String, lines: [Line], top: Double? = nil) {
        let xs = lines.flatMap { $0.points.map(\.x) }.filter(\.isFinite)
        let ys = lines.flatMap { $0.points.map(\.y) }.filter(\.isFinite)
        let yAxis = Self.ticks(from: 0, to: top ?? (ys.max() ?? 1))
        let xAxis = Self.ticks(from: min(1, xs.min() ?? 1), to: max(2, xs.max() ?? 2), isWhole: true)
        self.init(
            title, xName: xName, yName: yName, x: min(1, xs.min() ?? 1)...max(2, xs.max() ?? 2),
            y: min(0, ys.min() ?? 0)...max(yAxis.last ?? 1, top ?? 0, 1e-9), xTicks: xAxis, yTicks: yAxis)
    }

    init(
        _ title: String, xName: String, yName: String, x: ClosedRange<Double>, y: ClosedRange<Double>, xTicks: [Double], yTicks: [Double]
    ) {
        self.title = title
        self.xName = xName
        self.yName = yName
        self.x = x
        self.y = y
        self.xTicks = xTicks
        self.yTicks = yTicks
    }

    func horizontal(_ value: Double) -> Double {
        Self.left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (Self.width - Self.left - Self.right)
    }

    func vertical(_ value: Double) -> Double {
        Self.height - Self.bottom - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * (Self.height - Self.top - Self.bottom)
    }

    /// - Parameter behind: drawn in the plot below the lines.
    func figure(_ lines: [Line], behind: [HTML] = []) -> HTML {
        let drawn = lines.map(path)
        let described = "\(title): " + lines.map(\.name).joined(separator: ", ")
        return """
            <figure><figcaption>\(title)</figcaption><svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="\(described)">\
            \(axes)\(behind)\(drawn)</svg><ul class="key">\(lines.map(key))</ul></figure>
            """
    }

    private var axes: HTML {
        let (low, high) = (Self.height - Self.bottom, Self.width - Self.right)
        let across = yTicks.map { tick -> HTML in
            let position = Self.number(vertical(tick))
            return """
                <line class="grid" x1="\(Self.number(Self.left))" x2="\(Self.number(high))" y1="\(position)" y2="\(position)"/>\
                <text x="\(Self.number(Self.left - 6))" y="\(Self.number(vertical(tick) + 4))" text-anchor="end">\(Self.label(tick))</text>
                """
        }
        let along = xTicks.map { tick -> HTML in
            "<text x=\"\(Self.number(horizontal(tick)))\" y=\"\(Self.number(low + 16))\" text-anchor=\"middle\">\(Self.label(tick))</text>"
        }
        let middle = Self.number((Self.top + low) / 2)
        return """
            \(across)\(along)<line class="axis" x1="\(Self.number(Self.left))" x2="\(Self.number(high))" y1="\(Self.number(low))" y2="\(Self.number(low))"/>\
            <text x="\(Self.number((Self.left + high) / 2))" y="\(Self.number(Self.height - 6))" text-anchor="middle">\(xName)</text>\
            <text x="14" y="\(middle)" text-anchor="middle" transform="rotate(-90 14 \(middle))">\(yName)</text>
            """
    }

    private func path(_ line: Line) -> HTML {
        let points = line.points.filter { $0.x.isFinite && $0.y.isFinite }.map { "\(place($0))" }
        let dash: HTML = line.isDashed ? " stroke-dasharray=\"6 4\"" : ""
        let drawn: HTML
        if points.count == 1, let only = line.points.first(where: { $0.x.isFinite && $0.y.isFinite }) {
            drawn = circle(only, line.colour, radius: 3)
        } else {
            drawn =
                "<polyline fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"2\"\(dash) points=\"\(points.joined(separator: " "))\"/>"
        }
        guard let marked = line.marked, marked.x.isFinite, marked.y.isFinite else { return drawn }
        return drawn + circle(marked, line.colour, radius: 4.5)
    }

    private func circle(_ point: (x: Double, y: Double), _ colour: String, radius: Double) -> HTML {
        "<circle cx=\"\(Self.number(horizontal(point.x)))\" cy=\"\(Self.number(vertical(point.y)))\" r=\"\(Self.number(radius))\" fill=\"\(colour)\"/>"
    }

    private func place(_ point: (x: Double, y: Double)) -> String {
        "\(Self.number(horizontal(point.x))),\(Self.number(vertical(point.y)))"
    }

    private func key(_ line: Line) -> HTML {
        let kind: HTML = line.isDashed ? " class=\"dashed\"" : ""
        return "<li><i\(kind) style=\"color:\(line.colour)\"></i>\(line.name)</li>"
    }

    /// Four to eight round values that span a range.
    static func ticks(from low: Double, to high: Double, isWhole: Bool = false) -> [Double] {
        guard high > low, high.isFinite, low.isFinite else { return [low] }
        let rough = (high - low) / 5
        let power = pow(10, floor(log10(rough)))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rough } ?? 10
        let step = isWhole ? max(1, (factor * power).rounded()) : factor * power
        let first = (low / step).rounded(.up), last = isWhole ? (high / step).rounded(.down) : (high / step - 1e-9).rounded(.up)
        guard last >= first else { return [low] }
        return (Int(first)...Int(last)).map { Double($0) * step }
    }

    static func number(_ value: Double) -> String { String(format: "%.1f", value) }
    private static func label(_ value: Double) -> String { String(format: "%g", value) }
}
