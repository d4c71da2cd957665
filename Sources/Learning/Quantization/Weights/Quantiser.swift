import Engine
import ModelFormat
import Tensors

/// Float weights to 8-bit weights.
///
/// The arithmetic that a ``QuantisedNetwork`` stands for (the specification of every int8 plan; `ReferenceInt8` in the tests is it in plain Swift):
/// - input: q = clamp(round(x / s)).
/// - convolution, linear: the 32-bit sum of products of integers, times (input scale · weight scale of the channel), plus the bias, plus (residual's scale · residual's q),
///   the activation, divided by the layer's own scale, rounded half to even, clamped to its type. The logits are not divided or rounded.
/// - max pooling: of integers; the scale is the input's. Global average pooling: the mean times the input's scale, divided by its own scale, rounded, clamped.
/// - addition: both sides times their scales, summed, the activation, divided, rounded, clamped.
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
        let limit = weightBits == 8 ? 127 : 63
        var weights: [String: QuantisedWeights] = [:]
        for layer in layers {
            guard let shape = layer.kind.weightShape else { continue }
            guard let weight = folded.weights["\(layer.name).weight"], weight.shape == shape else {
                throw .missingWeights(layer: layer.name)
            }
            let bias = folded.weights["\(layer.name).bias"]?.values ?? [Float](repeating: 0, count: shape[0])
            guard bias.count == shape[0] else { throw .wrongCount(what: "biases of \(layer.name)", got: bias.count, expected: shape[0]) }
            guard weight.values.allSatisfy(\.isFinite), bias.allSatisfy(\.isFinite) else { throw .notFiniteWeights(layer: layer.name) }
            weights[layer.name] = quantise(weight, bias: bias, limit: limit)
        }
        return QuantisedNetwork(network: folded.network, activations: scales, weights: weights)
    }

    /// One scale an output channel: its largest magnitude / limit; q = round half to even(w / scale).
    static func quantise(_ weight: FloatTensor, bias: [Float], limit: Int) -> QuantisedWeights {
        let outputs = weight.shape[0]
        let size = outputs == 0 ? 0 : weight.values.count / outputs
        let bound = Float(limit)
        var values = [Int8](repeating: 0, count: weight.values.count)
        var scales = [Float](repeating: 1, count: outputs)
        for output in 0..<outputs {
            let range = (output * size)..<((output + 1) * size)
            let scale = weight.values[range].reduce(Float(0)) { max($0, abs($1)) } / bound
            guard scale.isNormal else { continue }  // an empty channel: zeros on any grid
            scales[output] = scale
            for index in range { values[index] = Int8(min(max((weight.values[index] / scale).rounded(.toNearestOrEven), -bound), bound)) }
        }
        return QuantisedWeights(shape: weight.shape, values: values, scales: scales, bias: bias)
    }
}
