import Engine

/// What can go wrong when a network is quantised: what was got and what is allowed.
package enum QuantizationError: Error, Sendable, Equatable {
    /// A layer gave an infinity or not-a-number on a calibration picture.
    case notFinite(layer: String)
    case noPictures(role: String)
    /// A layer after a ReLU-like activation gave a negative value.
    case negativeAfterActivation(layer: String, got: Float)
    case wrongCount(what: String, got: Int, expected: Int)
    case weightBits(got: Int, allowed: [Int])
    case missingWeights(layer: String)
    case notFiniteWeights(layer: String)
    case outOfRange(name: String, got: Double, allowed: String)
    /// The backend runs another network than the one that was folded.
    case otherNetwork(got: String, expected: String)
    /// The loss of training with 8-bit rounding was no number.
    case diverged(step: Int)
}

extension QuantizationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFinite(let layer): "layer \(layer) gave a value that is not finite on a calibration picture"
        case .noPictures(let role): "there are no \(role) pictures"
        case .negativeAfterActivation(let layer, let got): "layer \(layer) gave \(got) after its activation"
        case .wrongCount(let what, let got, let expected): "\(got) \(what), expected \(expected)"
        case .weightBits(let got, let allowed): "weights of \(got) bits, allowed are \(allowed)"
        case .missingWeights(let layer): "layer \(layer) has no weights"
        case .notFiniteWeights(let layer): "layer \(layer) has a weight or bias that is not finite"
        case .outOfRange(let name, let got, let allowed): "\(name) is \(got), allowed is \(allowed)"
        case .diverged(let step): "the loss was no number in step \(step) of training in 8 bits"
        case .otherNetwork(let got, let expected): "the plan runs \(got), the folded network is \(expected)"
        }
    }
}
