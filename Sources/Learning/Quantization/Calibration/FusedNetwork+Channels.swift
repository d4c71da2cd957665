import Engine

extension FusedNetwork {
    /// How many channels (or features) each layer's result has.
    var channels: [Int] {
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
}
