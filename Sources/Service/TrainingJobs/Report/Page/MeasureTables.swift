import Evaluation

/// The measures of a classifier as tables, by what they hold: a measure that is added appears by itself.
enum MeasureTables {
    /// Precision, recall, F1 and whatever else there is of each class.
    static func perClass(_ measures: ClassificationMeasures, classes: [String]) throws -> HTML {
        let found = try measures.perClass.map { try Facts.numbers($0) }
        // The names that readers look for first.
        let usual = ["support", "precision", "recall", "f1"]
        let names = usual + (found.first ?? []).map(\.name).filter { !usual.contains($0) }
        let rows = zip(classes, found).map { label, numbers -> [HTML] in
            let values = Dictionary(numbers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            return ["\(label)"] + names.map { name -> HTML in "\(values[name].map { figure($0) } ?? "–")" }
        }
        let titles = names.map { $0 == "support" ? "pictures" : $0 == "f1" ? "F1" : Figures.words($0) }
        return "<div>\(Table.of("Precision, recall and F1", (["class"] + titles).map { .init(title: $0) }, rows))</div>"
    }

    /// Every measure that is one number.
    static func all(_ measures: ClassificationMeasures) throws -> HTML {
        Table.facts(try Facts.numbers(measures).map { (Figures.words($0.name), figure($0.value)) })
    }

    private static func figure(_ value: Double) -> String {
        value == value.rounded() && abs(value) >= 2 ? "\(Int(value))" : Figures.decimal(value)
    }
}
