import Evaluation

/// How often the network is right against how sure it says it is, over equal-width bins, with the number of pictures of each bin behind.
struct CalibrationPlot {
    private let calibration: CalibrationOutcome

    init(_ calibration: CalibrationOutcome) { self.calibration = calibration }

    var html: HTML {
        let shares = stride(from: 0.0, through: 1.0, by: 0.2).map { $0 }
        let chart = Chart(
            "How often it is right, by how sure it is", xName: "probability of the answer", yName: "share of right answers", x: 0...1,
            y: 0...1,
            xTicks: shares, yTicks: shares)
        var lines = [
            Chart.Line(name: "an honest network", colour: "#8a939e", isDashed: true, points: [(0, 0), (1, 1)]),
            line(calibration.raw, name: "as the network gives it", colour: ReportStyle.curve(1)),
        ]
        if let scaled = calibration.scaled { lines.append(line(scaled, name: "as it answers", colour: ReportStyle.curve(0))) }
        let shown = calibration.scaled ?? calibration.raw
        let figure = chart.figure(lines, behind: bars(shown, in: chart))
        let note: HTML = "<p class=\"small soft\">Bars: the share of the pictures in each bin.</p>"
        return figure + note
    }

    private func line(_ form: CalibrationOutcome.Form, name: String, colour: String) -> Chart.Line {
        Chart.Line(name: name, colour: colour, points: form.bins.filter { $0.samples > 0 }.map { ($0.confidence, $0.accuracy) })
    }

    private func bars(_ form: CalibrationOutcome.Form, in chart: Chart) -> [HTML] {
        let total = Double(max(1, form.bins.reduce(0) { $0 + $1.samples }))
        return form.bins.filter { $0.samples > 0 }.map { bin -> HTML in
            let (left, right) = (chart.horizontal(bin.low), chart.horizontal(bin.high))
            let (top, bottom) = (chart.vertical(Double(bin.samples) / total), chart.vertical(0))
            return """
                <rect x="\(Chart.number(left + 1))" y="\(Chart.number(top))" width="\(Chart.number(right - left - 2))" \
                height="\(Chart.number(bottom - top))" fill="#8a939e" fill-opacity="0.3"><title>\(bin.samples) pictures</title></rect>
                """
        }
    }
}
