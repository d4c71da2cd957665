import Engine

/// Takes out of every bias what the rounding of the weights adds to a channel's mean.
///
/// A weight w held as ŵ adds (ŵ - w)·E[x] to the mean of its output, whatever the picture; so b += Σ (w - ŵ)·E[x] over the weights of that output. Source: Nagel et al.
/// 2019, arXiv:1906.04721, section 4.2, with E[x] measured on the calibration pictures (appendix D) as the mean over pictures and places: padding is not looked at.
enum BiasCorrection {
    /// - Parameters:
    ///   - float: what `network` was quantised from.
    ///   - means: E[x] of every channel of every layer of `float`.
    static func corrected(_ network: QuantisedNetwork, float: FoldedNetwork, means: [[Double]]) -> QuantisedNetwork {
        var weights = network.weights
        for layer in network.network.layers {
            for (part, block) in zip(layer.weights, WeightBlock.blocks(of: layer)) {
                guard var quantised = weights[part.name], let values = float.weights[block.name]?.values,
                    values.count == quantised.values.count
                else { continue }
                var bias = quantised.bias.map(Double.init)
                let inputs = means[layer.inputs[0]]
                for (place, value) in values.enumerated() {
                    let output = block.output(place) - part.firstOutput
                    let held = Double(quantised.values[place]) * Double(quantised.scales[output])
                    bias[output] += (Double(value) - held) * inputs[block.input(place)]
                }
                quantised.bias = bias.map(Float.init)
                weights[part.name] = quantised
            }
        }
        return QuantisedNetwork(network: network.network, activations: network.activations, weights: weights)
    }
}
