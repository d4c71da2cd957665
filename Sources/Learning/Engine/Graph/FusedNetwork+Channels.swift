extension FusedNetwork {
    /// How many channels (or features) each layer's result has.
    package var channels: [Int] {
        var channels: [Int] = []
        for layer in layers {
            switch layer.kind {
            case .input(let count): channels.append(count)
            case .convolution(let convolution, _, _): channels.append(convolution.outputs)
            case .mixedConvolution(let parts, _, _): channels.append(parts.reduce(0) { $0 + $1.outputs })
            case .linear(let linear, _): channels.append(linear.outputs)
            case .route(let sources): channels.append(sources.count)
            case .maxPool, .averagePool, .globalAveragePool, .add, .activation, .channelScale:
                channels.append(layer.inputs.first.map { channels[$0] } ?? 0)
            }
        }
        return channels
    }

    /// For each layer, whether its result is features: height and width are gone.
    package var areFeatures: [Bool] {
        var features: [Bool] = []
        for layer in layers {
            switch layer.kind {
            case .globalAveragePool, .linear: features.append(true)
            case .input, .convolution, .mixedConvolution, .maxPool, .averagePool: features.append(false)
            case .add, .activation, .channelScale, .route: features.append(layer.inputs.first.map { features[$0] } ?? false)
            }
        }
        return features
    }
}
