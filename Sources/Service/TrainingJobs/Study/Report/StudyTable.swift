/// `result/report.csv`: a line for each training (RFC 4180).
enum StudyTable {
    static func text(_ report: StudyReport) -> String {
        let header = [
            "dataset", "network", "compact", "method", "seed", "macro_f1", "accuracy", "supervised_macro_f1", "evaluated_on", "mask_rate",
            "pseudo_labels", "mean_probability", "pseudo_label_accuracy", "parameters", "multiply_adds", "float_bytes", "float_latency_ms",
            "int8_macro_f1",
            "int8_accuracy", "int8_bytes", "int8_latency_ms", "job", "model", "version", "failure",
        ]
        let lines = [header] + report.trainings.map(fields)
        return lines.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func fields(_ row: StudyRow) -> [String] {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "" }
        let outcome = row.outcome
        let (float, int8) = (outcome?.precisions["float"], outcome?.precisions["int8"])
        let labels = outcome?.pseudoLabels
        var fields = [row.dataset, row.network, "\(row.isCompact)", row.method.rawValue, "\(row.seed)"]
        fields += [text(outcome?.macroF1), text(outcome?.accuracy), text(outcome?.supervisedMacroF1), text(outcome?.evaluatedOn)]
        fields += [text(labels?.maskRate), text(labels?.kept), text(labels?.meanProbability), text(labels?.accuracy)]
        fields += [text(outcome?.parameters), text(outcome?.multiplyAdds), text(float?.fileBytes), text(float?.medianLatencyMilliseconds)]
        fields += [text(int8?.macroF1), text(int8?.accuracy), text(int8?.fileBytes), text(int8?.medianLatencyMilliseconds)]
        return fields + [row.job.description, text(row.model), text(row.version), text(row.failure)]
    }

    /// A field that a spreadsheet would take for a formula gets an apostrophe before it.
    private static func quoted(_ field: String) -> String {
        let isFormula = ["=", "+", "-", "@"].contains(field.prefix(1)) && Double(field) == nil
        let text = isFormula ? "'" + field : field
        guard text.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
