import CKernels
import Foundation
import Testing

/// The activations and their derivatives in float64.
struct PlainActivation: CustomTestStringConvertible {
    let kind: aliquot_activation

    static let all = [
        ALIQUOT_LINEAR, ALIQUOT_RELU, ALIQUOT_RELU6, ALIQUOT_HARD_SWISH, ALIQUOT_SILU, ALIQUOT_SIGMOID, ALIQUOT_HARD_SIGMOID,
    ].map(PlainActivation.init(kind:))

    var testDescription: String { "activation \(kind.rawValue)" }

    /// Whether the derivative is taken from the argument, not from the result.
    var isDerivedFromArgument: Bool { kind == ALIQUOT_HARD_SWISH || kind == ALIQUOT_SILU }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    private static func gate(_ x: Double) -> Double { min(max(x + 3, 0), 6) / 6 }

    func callAsFunction(_ x: Double) -> Double {
        switch kind {
        case ALIQUOT_RELU: max(0, x)
        case ALIQUOT_RELU6: min(6, max(0, x))
        case ALIQUOT_HARD_SWISH: x * Self.gate(x)
        case ALIQUOT_SILU: x * Self.sigmoid(x)
        case ALIQUOT_SIGMOID: Self.sigmoid(x)
        case ALIQUOT_HARD_SIGMOID: Self.gate(x)
        default: x
        }
    }

    func derivative(_ x: Double) -> Double {
        let s = Self.sigmoid(x)
        return switch kind {
        case ALIQUOT_RELU: x > 0 ? 1 : 0
        case ALIQUOT_RELU6: x > 0 && x < 6 ? 1 : 0
        case ALIQUOT_HARD_SWISH: x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5
        case ALIQUOT_SILU: s + x * s * (1 - s)
        case ALIQUOT_SIGMOID: s * (1 - s)
        case ALIQUOT_HARD_SIGMOID: x > -3 && x < 3 ? 1.0 / 6 : 0
        default: 1
        }
    }

    /// What lanes without a channel become: sigmoid and hard-sigmoid make 1/2 of zero.
    var ofZero: Float { Float(self(0)) }

    /// Whether x is so near to a kink that rounding decides on which side it falls.
    func isUndecided(_ x: Double) -> Bool {
        switch kind {
        case ALIQUOT_RELU: x != 0 && abs(x) < 1e-5  // a dropped picture is exactly 0
        case ALIQUOT_RELU6: (x != 0 && abs(x) < 1e-5) || abs(x - 6) < 1e-5
        case ALIQUOT_HARD_SWISH, ALIQUOT_HARD_SIGMOID: abs(abs(x) - 3) < 1e-5
        default: false
        }
    }
}
