/// Text that stands in HTML, SVG or an attribute. Everything that a user may have named goes through ``escape(_:)``.
enum Markup {
    /// The five characters that mean something in HTML become references; control characters become spaces.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default:
                if scalar.properties.generalCategory == .control { escaped += " " } else { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }

    /// A table; cells are markup already.
    static func table(_ header: [String], _ rows: [[String]], numeric: Set<Int> = []) -> String {
        func line(_ cells: [String], _ tag: String) -> String {
            let items = cells.enumerated().map { "<\(tag)\(numeric.contains($0) ? " class=\"n\"" : "")>\($1)</\(tag)>" }
            return "<tr>\(items.joined())</tr>\n"
        }
        return
            "<div class=\"wide\"><table><thead>\(line(header, "th"))</thead><tbody>\(rows.map { line($0, "td") }.joined())</tbody></table></div>\n"
    }

    /// A coordinate.
    static func number(_ value: Double) -> String { Figure.fixed(value, 1) }
}
