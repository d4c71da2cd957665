/// Everything that is said about a classifier on a set of labelled pictures. Source: learning.md, section 6; equal to scikit-learn.
package struct ClassificationMeasures: Sendable, Codable, Equatable {
    package let samples: Int
    package let accuracy: Double
    package let balancedAccuracy: Double
    package let macroF1: Double
    package let weightedF1: Double
    /// By class index.
    package let perClass: [ClassMeasures]
    package let confusion: ConfusionMatrix
    /// Classes that no sample has: left out of macro averages, and named here.
    package let classesWithoutSupport: [Int]
    package let kappa: Double
    package let quadraticKappa: Double
    package let matthewsCorrelation: Double
    package let top2Accuracy: Double
    /// The share of samples whose true class is among the 1, 2, … likeliest: up to 5 of them, fewer where there are fewer classes.
    package let topAccuracy: [Double]
    package let logLoss: Double
    package let brier: Double
    /// 15 bins.
    package let expectedCalibrationError: Double
    /// Nil where no class has both positives and negatives.
    package let macroAUROC: Double?

    private enum CodingKeys: String, CodingKey {
        case samples, accuracy, confusion, kappa, brier
        case balancedAccuracy = "balanced_accuracy"
        case macroF1 = "macro_f1"
        case weightedF1 = "weighted_f1"
        case perClass = "per_class"
        case classesWithoutSupport = "classes_without_support"
        case quadraticKappa = "quadratic_kappa"
        case matthewsCorrelation = "matthews_correlation"
        case top2Accuracy = "top2_accuracy"
        case topAccuracy = "top_k_accuracy"
        case logLoss = "log_loss"
        case expectedCalibrationError = "expected_calibration_error"
        case macroAUROC = "macro_auroc"
    }

    /// - Parameters:
    ///   - logits: `[samples, classes]`, at least one sample.
    ///   - labels: true classes.
    ///   - temperature: divides the logits first; 1 changes nothing.
    /// - Throws: ``EvaluationError`` where counts differ, a label is out of range or a logit is not finite.
    package init(logits: [[Float]], labels: [Int], temperature: Double = 1) throws(EvaluationError) {
        if let row = logits.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) { throw .notFinite(row: row) }
        try self.init(rows: logits.map { Softmax.probabilities($0, temperature: temperature) }, labels: labels)
    }

    /// - Parameters:
    ///   - probabilities: `[samples, classes]`, rows that sum to 1, at least one sample.
    ///   - labels: true classes.
    /// - Throws: ``EvaluationError`` where counts differ, a label is out of range or a probability is not finite.
    package init(probabilities: [[Float]], labels: [Int]) throws(EvaluationError) {
        if let row = probabilities.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) { throw .notFinite(row: row) }
        try self.init(rows: probabilities.map { $0.map(Double.init) }, labels: labels)
    }

    private init(rows: [[Double]], labels: [Int]) throws(EvaluationError) {
        guard let classes = rows.first?.count, classes > 0 else { throw .empty(what: "rows") }
        guard rows.count == labels.count else { throw .countMismatch(what: "labels", got: labels.count, expected: rows.count) }
        for row in rows where row.count != classes { throw .countMismatch(what: "classes of a row", got: row.count, expected: classes) }
        let matrix = try ConfusionMatrix(labels: labels, predictions: rows.map(Softmax.mode), classes: classes)
        samples = labels.count
        accuracy = matrix.accuracy
        balancedAccuracy = matrix.balancedAccuracy
        macroF1 = matrix.macroF1
        weightedF1 = matrix.weightedF1
        perClass = matrix.perClass
        confusion = matrix
        classesWithoutSupport = matrix.support.indices.filter { matrix.support[$0] == 0 }
        kappa = matrix.kappa
        quadraticKappa = matrix.quadraticKappa
        matthewsCorrelation = matrix.matthewsCorrelation
        top2Accuracy = ProbabilityMeasures.topAccuracy(2, rows, labels: labels)
        topAccuracy = (1...min(5, classes)).map { ProbabilityMeasures.topAccuracy($0, rows, labels: labels) }
        logLoss = ProbabilityMeasures.logLoss(rows, labels: labels)
        brier = ProbabilityMeasures.brier(rows, labels: labels)
        expectedCalibrationError = ProbabilityMeasures.expectedCalibrationError(rows, labels: labels)
        macroAUROC = ProbabilityMeasures.macroAUROC(rows, labels: labels)
    }
}
