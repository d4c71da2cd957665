import ModelFormat

/// Why there is no answer: what was got and what is allowed. What is wrong with a picture is Images' `ImageError`.
package enum InferenceError: Error, Sendable, Equatable {
    /// As many pictures as may wait are waiting: come again later.
    case saturated(waiting: Int, limit: Int)
    case shuttingDown
    case precisionUnavailable(got: Precision, available: [Precision])
    case outOfRange(name: String, got: Int, allowed: String)
    /// The network gave logits that are no numbers: never turned into an answer.
    case notFinite(precision: Precision)
    /// The same picture got other logits alone than with others, or on another lane: the model must not answer.
    case unstable(precision: Precision, difference: Float, tolerance: Float)
    /// A picture that came as numbers has another size than the network takes.
    case wrongNumberCount(got: Int, expected: Int)
    case invalidInput(InputDescription)
    case wrongClassCount(precision: Precision, got: Int, expected: Int)
    /// Neither the name of a class nor its number, from 0.
    case unknownClass(got: String, known: [String])
    /// The network's end is of a kind that cannot be walked back.
    case notExplainable(reason: String)
}

extension InferenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .saturated(let waiting, let limit): "\(waiting) pictures are waiting, at most \(limit) may"
        case .shuttingDown: "the predictor is shutting down"
        case .precisionUnavailable(let got, let available):
            "the model has no \(got.rawValue) form, it has \(available.map(\.rawValue).joined(separator: ", "))"
        case .outOfRange(let name, let got, let allowed): "\(name) is \(got), allowed is \(allowed)"
        case .notFinite(let precision): "the \(precision.rawValue) network gave logits that are not finite"
        case .unstable(let precision, let difference, let tolerance):
            "the \(precision.rawValue) network answers one picture in two ways: logits differ by \(difference), allowed is \(tolerance)"
        case .wrongNumberCount(let got, let expected): "a picture of \(got) numbers; the network takes \(expected)"
        case .invalidInput(let input): "pictures cannot be prepared as the model asks: \(input)"
        case .wrongClassCount(let precision, let got, let expected):
            "the \(precision.rawValue) network has \(got) classes, the manifest \(expected)"
        case .unknownClass(let got, let known):
            "the model knows no class '\(got.prefix(200))'; it knows \(known.prefix(50).joined(separator: ", "))"
                + (known.count > 50 ? " and \(known.count - 50) more" : "") + ", or a number from 0 to \(known.count - 1)"
        case .notExplainable(let reason): "this model's answers cannot be explained: \(reason)"
        }
    }
}
