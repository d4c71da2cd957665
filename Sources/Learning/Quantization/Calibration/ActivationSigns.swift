import Engine

/// Which layers of a fused network hold their result in signed 8 bits.
package enum ActivationSigns {
    /// Unsigned after ReLU, ReLU6 and gates, and where only such values are pooled, gathered or scaled by a gate. Signed: the normalised picture, linear bottlenecks, sums without an activation, linear layers.
    /// - Returns: one entry a layer, true for signed.
    package static func areSigned(_ network: FusedNetwork) -> [Bool] {
        var signed: [Bool] = []
        for layer in network.layers {
            switch layer.kind {
            case .input, .linear(_, nil): signed.append(true)
            case .convolution(_, let activation, _), .mixedConvolution(_, let activation, _), .add(let activation):
                signed.append(isSigned(activation))
            case .activation(let activation), .linear(_, .some(let activation)): signed.append(isSigned(activation))
            case .maxPool, .averagePool, .globalAveragePool: signed.append(layer.inputs.first.map { signed[$0] } ?? true)
            case .route, .channelScale: signed.append(layer.inputs.contains { signed[$0] })
            }
        }
        return signed
    }

    /// Hard-swish and SiLU go a little below zero.
    private static func isSigned(_ activation: Activation?) -> Bool {
        switch activation {
        case nil, .hardSwish, .silu: true
        case .relu, .relu6, .sigmoid, .hardSigmoid: false
        }
    }
}
