/// Tables and lists of facts.
enum Table {
    struct Column {
        let title: String
        var isNumber = true
    }

    /// The first cell of each row is its heading.
    static func of(_ caption: String, _ columns: [Column], _ rows: [[HTML]]) -> HTML {
        guard !rows.isEmpty else { return "" }
        let head = columns.enumerated().map { index, column -> HTML in
            column.isNumber && index > 0
                ? "<th scope=\"col\" class=\"number\">\(column.title)</th>" : "<th scope=\"col\">\(column.title)</th>"
        }
        let body = rows.map { cells -> HTML in
            let row = zip(cells, columns).enumerated().map { index, pair -> HTML in
                if index == 0 { return "<th scope=\"row\">\(pair.0)</th>" }
                return pair.1.isNumber ? "<td class=\"number\">\(pair.0)</td>" : "<td>\(pair.0)</td>"
            }
            return "<tr>\(row)</tr>"
        }
        let title: HTML = caption.isEmpty ? "" : "<caption>\(caption)</caption>"
        return "<div class=\"scroll\"><table>\(title)<thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>"
    }

    static func facts(_ rows: [(name: String, value: String)]) -> HTML {
        "<dl class=\"facts\">\(rows.map { row -> HTML in "<dt>\(row.name)</dt><dd>\(row.value)</dd>" })</dl>"
    }
}
