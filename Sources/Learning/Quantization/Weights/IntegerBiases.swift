import Engine

/// Biases as whole numbers of the unit that the 32-bit sums of their layer have: input scale · weight scale.
///
/// A bias then joins the integer sums as it is, in every int8 plan and in an exported file, so that all of them round the same sums. A bias between two units is worth less than a
/// hundredth of a level, but moves one result in some hundred over a rounding boundary, and a deep network multiplies that: ONNX Runtime was 13 % (L2 of the logits) from the
/// plan for one trained MnasNet, and is 3 % from it with whole numbers. Source: Jacob et al. 2018, arXiv:1712.05877, equation 11.
enum IntegerBiases {
    /// A channel without weights has any unit: one in which its bias is this.
    private static let emptyChannelBias: Float = 0x1p20

    static func rounded(_ network: QuantisedNetwork) -> QuantisedNetwork {
        var weights = network.weights
        let areFeatures = network.network.areFeatures
        for layer in network.network.layers {
            // Features are real numbers: what is computed of them has no integer sums.
            guard let input = layer.inputs.first, !areFeatures[input] else { continue }
            let inputScale = network.activations[input].scale
            for part in layer.weights {
                guard var quantised = weights[part.name] else { continue }
                let size = quantised.bias.isEmpty ? 0 : quantised.values.count / quantised.bias.count
                for (output, bias) in quantised.bias.enumerated() {
                    if quantised.values[(output * size)..<((output + 1) * size)].allSatisfy({ $0 == 0 }) {
                        let scale = abs(bias) / inputScale / emptyChannelBias
                        if scale.isNormal { quantised.scales[output] = scale }
                    }
                    let unit = inputScale * quantised.scales[output]
                    let sum = (bias / unit).rounded(.toNearestOrEven)
                    if abs(sum) < Float(Int32.max) { quantised.bias[output] = sum * unit }
                }
                weights[part.name] = quantised
            }
        }
        return QuantisedNetwork(network: network.network, activations: network.activations, weights: weights)
    }
}
