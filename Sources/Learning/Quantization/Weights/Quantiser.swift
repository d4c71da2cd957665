import Engine
import ModelFormat
import Tensors

/// Float weights to 8-bit weights.
///
/// The arithmetic that a ``QuantisedNetwork`` stands for (the specification of every int8 plan; `ReferenceInt8` in the tests is it in plain Swift):
/// - input: q = clamp(round(x / s)).
/// - convolution, each part of a mixed one: the 32-bit sum of products of integers, times (input scale · weight scale of the channel), plus the bias, plus (residual's scale ·
///   residual's q), the activation (of the real number: nothing is rounded before it), divided by the layer's own scale, rounded half to even, clamped to its type.
/// - max and average pooling: of integers; the scale is the input's.
/// - a route: the integers as they are; where its scale or sign is not its input's, times the input's scale, divided by its own, rounded, clamped.
/// - addition: both sides times their scales, summed, the activation, divided, rounded, clamped. An activation alone: the same of one side.
/// - global average pooling: the mean of the integers times the scale: from here on features are real numbers (float), and are not rounded. They are few, and a squeeze's error
///   would be multiplied into every pixel of its channel.
/// - linear: the sum of features times the integers of the weights, times the weight scale of the channel, plus the bias, the activation.
/// - channel scale: the integers times their scale times the feature, divided by the layer's own scale, rounded, clamped.
package enum Quantiser {
    package static let allowedWeightBits = [7, 8]

    /// - Parameters:
    ///   - folded: batch norm already multiplied in.
    ///   - scales: one a layer, from ``Calibration``.
    ///   - weightBits: 8 (-127…127), or 7 (-63…63) where the processor's 8-bit products saturate: 2 · 255 · 63 stays below 2¹⁵.
    /// - Throws: ``QuantizationError``.
    package static func quantise(_ folded: FoldedNetwork, scales: [ActivationScale], weightBits: Int = 8) throws(QuantizationError)
        -> QuantisedNetwork
    {
        guard allowedWeightBits.contains(weightBits) else { throw .weightBits(got: weightBits, allowed: allowedWeightBits) }
        let layers = folded.network.layers
        guard scales.count == layers.count else { throw .wrongCount(what: "activation scales", got: scales.count, expected: layers.count) }
        let limit = limit(weightBits)
        var weights: [String: QuantisedWeights] = [:]
        for layer in layers {
            let parts = layer.weights
            let outputs = parts.reduce(0) { $0 + $1.shape[0] }
            let biases = folded.weights["\(layer.name).bias"]?.values ?? [Float](repeating: 0, count: outputs)
            guard biases.count == outputs || parts.isEmpty else {
                throw .wrongCount(what: "biases of \(layer.name)", got: biases.count, expected: outputs)
            }
            for part in parts {
                guard let weight = folded.weights["\(part.name).weight"], weight.shape == part.shape else {
                    throw .missingWeights(layer: part.name)
                }
                let bias = Array(biases[part.firstOutput..<part.firstOutput + part.shape[0]])
                guard weight.values.allSatisfy(\.isFinite), bias.allSatisfy(\.isFinite) else { throw .notFiniteWeights(layer: part.name) }
                weights[part.name] = quantise(weight, bias: bias, limit: limit)
            }
        }
        return QuantisedNetwork(network: folded.network, activations: scales, weights: weights)
    }

    /// Weights as so many bits hold them: what ``quantise(_:bias:limit:)`` makes of them, as real numbers.
    /// - Parameter held: as many numbers as the weight has.
    static func round(_ weight: FloatTensor, weightBits: Int, into held: UnsafeMutableBufferPointer<Float>) {
        let outputs = weight.shape[0], size = outputs == 0 ? 0 : weight.values.count / outputs
        let bound = Float(limit(weightBits))
        for output in 0..<outputs {
            let range = (output * size)..<((output + 1) * size)
            let scale = scale(weight.values[range], bound)
            for index in range { held[index] = scale.map { level(weight.values[index], $0, bound) * $0 } ?? 0 }
        }
    }

    private static func limit(_ weightBits: Int) -> Int { weightBits == 8 ? 127 : 63 }

    /// One scale an output channel: its largest magnitude / limit; q = round half to even(w / scale).
    static func quantise(_ weight: FloatTensor, bias: [Float], limit: Int) -> QuantisedWeights {
        let outputs = weight.shape[0]
        let size = outputs == 0 ? 0 : weight.values.count / outputs
        let bound = Float(limit)
        var values = [Int8](repeating: 0, count: weight.values.count)
        var scales = [Float](repeating: 1, count: outputs)
        for output in 0..<outputs {
            let range = (output * size)..<((output + 1) * size)
            guard let scale = scale(weight.values[range], bound) else { continue }
            scales[output] = scale
            for index in range { values[index] = Int8(level(weight.values[index], scale, bound)) }
        }
        return QuantisedWeights(shape: weight.shape, values: values, scales: scales, bias: bias)
    }

    /// Nil for an empty channel: zeros on any grid.
    private static func scale(_ channel: ArraySlice<Float>, _ bound: Float) -> Float? {
        let scale = channel.reduce(Float(0)) { max($0, abs($1)) } / bound
        return scale.isNormal ? scale : nil
    }

    private static func level(_ weight: Float, _ scale: Float, _ bound: Float) -> Float {
        min(max((weight / scale).rounded(.toNearestOrEven), -bound), bound)
    }
}
