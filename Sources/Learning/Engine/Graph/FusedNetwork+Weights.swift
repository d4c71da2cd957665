extension FusedNetwork.Layer {
    /// One tensor of weights of a layer.
    package struct Weights: Sendable, Equatable {
        /// Without the ending `.weight`: the layer's name, for part `i` of a mixed convolution `<name>.<i>`.
        package let name: String
        /// Output channels first.
        package let shape: [Int]
        /// The first of the layer's channels that it makes.
        package let firstOutput: Int
    }

    /// The tensors of weights that this layer has: none, one, or one for each part.
    package var weights: [Weights] {
        switch kind {
        case .convolution(let convolution, _, _): return [Weights(name: name, shape: convolution.weightShape, firstOutput: 0)]
        case .linear(let linear, _): return [Weights(name: name, shape: linear.weightShape, firstOutput: 0)]
        case .mixedConvolution(let parts, _, _):
            var firstOutput = 0
            return parts.enumerated().map { index, part in
                defer { firstOutput += part.outputs }
                return Weights(name: "\(name).\(index)", shape: part.weightShape, firstOutput: firstOutput)
            }
        case .input, .maxPool, .averagePool, .globalAveragePool, .add, .activation, .channelScale, .route: return []
        }
    }
}
