import Evaluation

/// What a network does on the judged pictures, in float.
struct NetworkOutcome: Sendable, Codable {
    struct Intervals: Sendable, Codable {
        let accuracy: ConfidenceInterval
        let macroF1: ConfidenceInterval

        private enum CodingKeys: String, CodingKey {
            case accuracy
            case macroF1 = "macro_f1"
        }
    }

    let network: String
    let accuracy: Double
    let macroF1: Double
    /// 95 %, stratified bootstrap.
    let intervals: Intervals
    let measures: ClassificationMeasures

    private enum CodingKeys: String, CodingKey {
        case network, accuracy, measures
        case macroF1 = "macro_f1"
        case intervals = "intervals_95"
    }

    init(network: String, logits: [[Float]], labels: [Int], bootstrap: Bootstrap) throws(EvaluationError) {
        let measures = try ClassificationMeasures(logits: logits, labels: labels)
        let predictions = logits.map { Softmax.mode($0) }
        let classes = measures.perClass.count
        self.network = network
        accuracy = measures.accuracy
        macroF1 = measures.macroF1
        intervals = Intervals(
            accuracy: try bootstrap.accuracy(labels: labels, predictions: predictions, classes: classes),
            macroF1: try bootstrap.macroF1(labels: labels, predictions: predictions, classes: classes))
        self.measures = measures
    }
}
