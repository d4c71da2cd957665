import Evaluation
import Quantization

/// Int8 answers on the test pictures, with float where int8 is in doubt, and what int8 alone would say.
struct Int8Outcome: Sendable, Codable {
    /// An answer whose two best logits are closer than this is in doubt.
    let margin: Double
    /// The share of pictures in doubt, which float answered.
    let doubt: Double
    /// The share of pictures whose answer is float's class.
    let agreement: Double
    /// The same of int8 alone.
    let agreementAlone: Double
    let accuracyAlone: Double
    let macroF1Alone: Double

    private enum CodingKeys: String, CodingKey {
        case margin, doubt, agreement
        case agreementAlone = "agreement_alone"
        case accuracyAlone = "accuracy_alone"
        case macroF1Alone = "macro_f1_alone"
    }

    /// - Parameters:
    ///   - looks: one a picture.
    ///   - labels: the true classes, as many.
    init(_ looks: [PrecisionLook], labels: [Int], classes: Int, margin threshold: Float) throws {
        let count = Double(max(looks.count, 1))
        margin = Double(threshold)
        doubt = Double(looks.count { $0.margin < threshold }) / count
        agreement = Double(looks.count { $0.answer(below: threshold) == $0.floatClass }) / count
        agreementAlone = Double(looks.count { $0.int8Class == $0.floatClass }) / count
        let alone = try ConfusionMatrix(labels: labels, predictions: looks.map(\.int8Class), classes: classes)
        accuracyAlone = alone.accuracy
        macroF1Alone = alone.macroF1
    }
}
