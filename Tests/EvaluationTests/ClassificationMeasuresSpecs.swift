import Evaluation
import Foundation
import Testing

@Suite("Classification measures")
struct ClassificationMeasuresSpecs {
    @Test("are scikit-learn's")
    func equalScikitLearn() throws {
        // Given logits of 240 samples and what scikit-learn 1.9.1 says of them
        guard let fixture = try MetricsFixture.load() else { return }
        // When they are measured
        let measures = try ClassificationMeasures(logits: fixture.logits, labels: fixture.labels)
        // Then every number agrees (1e-9: both sum in double precision; the logits have four decimals and pass through Float, 1e-6 where probabilities enter)
        #expect(measures.samples == 240)
        #expect(abs(measures.accuracy - fixture.accuracy) < 1e-9)
        #expect(abs(measures.balancedAccuracy - fixture.balancedAccuracy) < 1e-9)
        #expect(abs(measures.macroF1 - fixture.macroF1) < 1e-9)
        #expect(abs(measures.weightedF1 - fixture.weightedF1) < 1e-9)
        #expect(abs(measures.kappa - fixture.cohenKappa) < 1e-9)
        #expect(abs(measures.quadraticKappa - fixture.quadraticKappa) < 1e-9)
        #expect(abs(measures.matthewsCorrelation - fixture.mcc) < 1e-9)
        #expect(abs(measures.top2Accuracy - fixture.top2Accuracy) < 1e-9)
        // numpy: the share of labels among the k largest logits, k = 1 … 5
        let top = [0.6, 0.8416666666666667, 0.9041666666666667, 0.9833333333333333, 1]
        #expect(measures.topAccuracy.count == 5 && zip(measures.topAccuracy, top).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(abs(measures.logLoss - fixture.logLoss) < 1e-6)
        #expect(abs(measures.brier - fixture.brierMulticlass) < 1e-6)
        #expect(abs(measures.expectedCalibrationError - fixture.expectedCalibrationError.value) < 1e-6)
        #expect(abs(try #require(measures.macroAUROC) - fixture.macroAurocOvr) < 1e-9)
        #expect(measures.confusion.counts == fixture.confusion)
        #expect(measures.perClass.map(\.support) == fixture.perClass.support)
        for (mine, theirs) in zip(measures.perClass.map(\.precision), fixture.perClass.precision) { #expect(abs(mine - theirs) < 1e-9) }
        for (mine, theirs) in zip(measures.perClass.map(\.recall), fixture.perClass.recall) { #expect(abs(mine - theirs) < 1e-9) }
        for (mine, theirs) in zip(measures.perClass.map(\.f1), fixture.perClass.f1) { #expect(abs(mine - theirs) < 1e-9) }
    }

    @Test("leave a class without support out of macro averages, and name it")
    func namesClassesWithoutSupport() throws {
        // Given three classes of which the last never occurs but is predicted once
        let logits: [[Float]] = [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
        // When they are measured
        let measures = try ClassificationMeasures(logits: logits, labels: [0, 1, 1])
        // Then macro-F1 is the mean of F1(0) = 1 and F1(1) = 2·1/(1+2) only, and class 2 is named
        #expect(abs(measures.macroF1 - (1 + 2.0 / 3) / 2) < 1e-12)
        #expect(measures.classesWithoutSupport == [2])
    }

    @Test("refuse what cannot be measured")
    func refuses() {
        #expect(throws: EvaluationError.empty(what: "rows")) { try ClassificationMeasures(logits: [], labels: []) }
        #expect(throws: EvaluationError.countMismatch(what: "labels", got: 2, expected: 1)) {
            try ClassificationMeasures(logits: [[0, 1]], labels: [0, 1])
        }
        #expect(throws: EvaluationError.labelOutOfRange(index: 0, got: 2, classes: 2)) {
            try ClassificationMeasures(logits: [[0, 1]], labels: [2])
        }
        #expect(throws: EvaluationError.notFinite(row: 1)) { try ClassificationMeasures(logits: [[0, 1], [.nan, 0]], labels: [0, 1]) }
    }

    @Test("are written with the names of the HTTP API")
    func encodesSnakeCase() throws {
        let measures = try ClassificationMeasures(probabilities: [[0.25, 0.75]], labels: [1])
        let text = String(decoding: try JSONEncoder().encode(measures), as: UTF8.self)
        #expect(text.contains("\"macro_f1\":1") && text.contains("\"classes_without_support\":[0]"))
    }
}
